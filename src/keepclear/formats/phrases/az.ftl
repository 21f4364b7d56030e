### Phrases in Azerbaijani.
### This translation has not yet been checked by a native speaker.
### Whoever checks it puts name and date here:

## receipt

phrase-zl1 = Mesajınızı aldım və başa düşdüm.
phrase-zl2 = Başa düşürsünüz? Xahiş edirəm təsdiq edin.
phrase-zl3 = Mesajınızı aldım, lakin başa düşmədim.
phrase-kc01 = Xahiş edirəm, aldığınızı geri oxuyun.
phrase-kc02 = Geri oxuyuram.
phrase-kc03 = Geri oxumanız düzgündür.
phrase-kc04 = Geri oxumanız düzgün deyil. Təkrar deyəcəyəm.
phrase-kc05 = Təkrar deyin.
phrase-kc06 = Gözləyin.
phrase-kc07 = Səhv masaya müraciət etmisiniz. Mesajınızı ötürürəm.
phrase-kc08 = Növbədə kimdir?
phrase-kc09 = Mənə tərcüməçi lazımdır.
phrase-kc10 = Xahiş edirəm, mənə telefonla zəng edin.

## stop

phrase-kc20 = Dərhal dayandırın. İnsanların həyatı təhlükədədir.
phrase-kc21 = Tələbi yerinə yetiririk.
phrase-kc22 = Tələbi yerinə yetirə bilmirik.
phrase-kc23 = Bölmələrimizə məlumat verilir.
phrase-kc24 = Bölmələrimizə məlumat verildi.
phrase-kc25 = Fəaliyyət dayandırılıb.
phrase-kc26 = Xahiş edirik, fəaliyyətinizi müvəqqəti saxlayın.
phrase-kc27 = Fəaliyyətimizi müvəqqəti saxlayırıq.
phrase-kc28 = Fəaliyyətimiz gecikəcək.
phrase-kc29 = Fəaliyyətimizi davam etdiririk.

## people

phrase-kc40 = Bu bizə məxsusdur.
phrase-kc41 = Bu bizə məxsus deyil.
phrase-kc42 = Naməlum obyekt görürük.
phrase-kc43 = Bu sizə məxsusdur?
phrase-kc44 = Orada bizim insanlar var.
phrase-kc45 = Orada mülki şəxslər var.
phrase-kc46 = Tibbi təxliyə aparılır.
phrase-kc47 = Axtarış-xilasetmə aparılır.

## line

phrase-kc60 = Xəttinizdə növbətçi var?
phrase-kc61 = Bu, xəttin yoxlanışıdır.
phrase-kc62 = Xətt yoxlanışınız qəbul edildi.
phrase-kc63 = Bu xətt dayandırılır. Həyat xilas edən mesajlar yenə ötürülür.
phrase-kc64 = Bu xətt yenidən açıqdır.
phrase-kc70 = Təlim, təlim, təlim.
phrase-kc71 = Təlim başa çatdı.
phrase-kc80 = Bu, heç bir tərəfin mövqeyinə xələl gətirmədən deyilir.

## sea

phrase-ir1 = Okeanoqrafik işlər aparıram.
phrase-ir4 = Xilasetmə işləri aparıram.
phrase-mh1 = Xahiş edirəm, burnumun qarşısından keçməyin.
phrase-pj1 = Sağ borta dönə bilmirəm.
phrase-pj2 = Sol borta dönə bilmirəm.
phrase-pj3 = Diqqət: sükan idarəm sıradan çıxıb.
phrase-pp8 = Təhlükəli əməliyyat gedir. Xahiş edirəm, bildirdiyim istiqamətdən kənarda qalın.
phrase-qf1 = Diqqət: mühərriklərimi dayandırmışam.
phrase-rt2 = Sol bortunuzdan keçmək niyyətindəyəm.
phrase-rt3 = Sağ bortunuzdan keçmək niyyətindəyəm.
phrase-rt4 = Sizi sol bortunuzdan ötəcəyəm.
phrase-rt5 = Sizi sağ bortunuzdan ötəcəyəm.
phrase-rt6 = Manevr edirəm. Xahiş edirəm, bildirdiyim istiqamətdən kənarda qalın.
phrase-rt7 = Gəminizə sağ bortdan yaxınlaşacağam.
phrase-rt8 = Gəminizə sol bortdan yaxınlaşacağam.
phrase-rt9 = Arxanızdan keçəcəyəm.
phrase-uy1 = Uçuş aparatlarını havaya qaldırmağa və ya qəbul etməyə hazırlaşıram.
