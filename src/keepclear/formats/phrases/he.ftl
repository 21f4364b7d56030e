### Phrases in Hebrew.
### This translation has not yet been checked by a native speaker.
### Whoever checks it puts name and date here:

## receipt

phrase-zl1 = קיבלתי את הודעתך והבנתי.
phrase-zl2 = האם הבנת? נא לאשר.
phrase-zl3 = קיבלתי את הודעתך אך לא הבנתי.
phrase-kc01 = נא לחזור על מה שקיבלת.
phrase-kc02 = אני חוזר לאימות.
phrase-kc03 = חזרתך נכונה.
phrase-kc04 = חזרתך אינה נכונה. אומר שוב.
phrase-kc05 = אמור שוב.
phrase-kc06 = המתן.
phrase-kc07 = זו העמדה הלא נכונה. אני מעביר את הודעתך הלאה.
phrase-kc08 = מי במשמרת?
phrase-kc09 = אני זקוק למתורגמן.
phrase-kc10 = נא להתקשר אליי בטלפון.

## stop

phrase-kc20 = חדל מייד. יש סכנת חיים.
phrase-kc21 = אנו פועלים כמבוקש.
phrase-kc22 = איננו יכולים לפעול כמבוקש.
phrase-kc23 = יחידותינו מקבלות את ההודעה כעת.
phrase-kc24 = יחידותינו קיבלו את ההודעה.
phrase-kc25 = הפעילות חדלה.
phrase-kc26 = נא להשהות את פעילותכם.
phrase-kc27 = אנו משהים את פעילותנו.
phrase-kc28 = פעילותנו תתעכב.
phrase-kc29 = אנו מחדשים את פעילותנו.

## people

phrase-kc40 = זה שלנו.
phrase-kc41 = זה לא שלנו.
phrase-kc42 = אנו רואים עצם לא מזוהה.
phrase-kc43 = האם זה שלכם?
phrase-kc44 = יש שם אנשים שלנו.
phrase-kc45 = יש שם אזרחים.
phrase-kc46 = מתבצע פינוי רפואי.
phrase-kc47 = מתבצע מבצע חיפוש והצלה.

## line

phrase-kc60 = האם הקו שלכם מאויש?
phrase-kc61 = זוהי בדיקת קו.
phrase-kc62 = בדיקת הקו שלכם התקבלה.
phrase-kc63 = הקו מושהה. הודעות להצלת חיים ממשיכות לעבור.
phrase-kc64 = הקו פתוח שוב.
phrase-kc70 = תרגיל, תרגיל, תרגיל.
phrase-kc71 = התרגיל הסתיים.
phrase-kc80 = הדברים נאמרים בלי לפגוע בעמדתו של אף צד.

## sea

phrase-ir1 = אני עוסק בעבודה אוקיאנוגרפית.
phrase-ir4 = אני עוסק בעבודות חילוץ בים.
phrase-mh1 = נא לא לחצות לפני חרטומי.
phrase-pj1 = איני יכול לפנות ימינה.
phrase-pj2 = איני יכול לפנות שמאלה.
phrase-pj3 = זהירות: מערכת ההיגוי שלי התקלקלה.
phrase-pp8 = מתבצעת פעילות מסוכנת. נא להתרחק מהכיוון שאמסור.
phrase-qf1 = זהירות: עצרתי את מנועיי.
phrase-rt2 = בכוונתי לעבור משמאלך.
phrase-rt3 = בכוונתי לעבור מימינך.
phrase-rt4 = אעקוף אותך משמאלך.
phrase-rt5 = אעקוף אותך מימינך.
phrase-rt6 = אני מתמרן. נא להתרחק מהכיוון שאמסור.
phrase-rt7 = אתקרב לספינתך מצד ימין.
phrase-rt8 = אתקרב לספינתך מצד שמאל.
phrase-rt9 = אעבור מאחורי ירכתיך.
phrase-uy1 = אני מתכונן להמראה או לנחיתה של כלי טיס.
