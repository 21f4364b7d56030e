### Phrases in Turkish.
### This translation has not yet been checked by a native speaker.
### Whoever checks it puts name and date here:

## receipt

phrase-zl1 = Mesajınızı aldım ve anladım.
phrase-zl2 = Anlıyor musunuz? Lütfen teyit edin.
phrase-zl3 = Mesajınızı aldım ancak anlamadım.
phrase-kc01 = Lütfen aldığınızı tekrar okuyun.
phrase-kc02 = Geri okuyorum.
phrase-kc03 = Geri okumanız doğru.
phrase-kc04 = Geri okumanız doğru değil. Tekrar söyleyeceğim.
phrase-kc05 = Tekrar söyleyin.
phrase-kc06 = Beklemede kalın.
phrase-kc07 = Yanlış masa. Mesajınızı iletiyorum.
phrase-kc08 = Nöbette kim var?
phrase-kc09 = Tercümana ihtiyacım var.
phrase-kc10 = Lütfen beni telefonla arayın.

## stop

phrase-kc20 = Hemen durdurun. Can güvenliği tehlikede.
phrase-kc21 = Uyuyoruz.
phrase-kc22 = Uyamıyoruz.
phrase-kc23 = Birliklerimize bildiriliyor.
phrase-kc24 = Birliklerimize bildirildi.
phrase-kc25 = Faaliyet durdu.
phrase-kc26 = Lütfen faaliyetinizi bekletin.
phrase-kc27 = Faaliyetimizi bekletiyoruz.
phrase-kc28 = Faaliyetimiz gecikecek.
phrase-kc29 = Faaliyetimize devam ediyoruz.

## people

phrase-kc40 = Bu bize ait.
phrase-kc41 = Bu bize ait değil.
phrase-kc42 = Bilinmeyen bir nesne görüyoruz.
phrase-kc43 = Bu size mi ait?
phrase-kc44 = Orada bizden insanlar var.
phrase-kc45 = Orada siviller var.
phrase-kc46 = Tıbbi tahliye sürüyor.
phrase-kc47 = Arama kurtarma sürüyor.

## line

phrase-kc60 = Hattınızın başında biri var mı?
phrase-kc61 = Bu bir hat denemesidir.
phrase-kc62 = Hat denemeniz alındı.
phrase-kc63 = Bu hat askıya alınıyor. Can kurtaran mesajlar yine iletilir.
phrase-kc64 = Bu hat yeniden açık.
phrase-kc70 = Tatbikat, tatbikat, tatbikat.
phrase-kc71 = Tatbikat sona erdi.
phrase-kc80 = Bu, tarafların tutumuna halel getirmeksizin söylenmektedir.

## sea

phrase-ir1 = Oşinografik çalışma yapıyorum.
phrase-ir4 = Kurtarma çalışması yapıyorum.
phrase-mh1 = Lütfen pruvamdan geçmeyin.
phrase-pj1 = Sancağa dönemiyorum.
phrase-pj2 = İskeleye dönemiyorum.
phrase-pj3 = Dikkat: dümenim arızalı.
phrase-pp8 = Tehlikeli faaliyet sürüyor. Lütfen bildirdiğim yönden uzak durun.
phrase-qf1 = Dikkat: makinelerimi durdurdum.
phrase-rt2 = Sizi iskele tarafınızdan geçmek niyetindeyim.
phrase-rt3 = Sizi sancak tarafınızdan geçmek niyetindeyim.
phrase-rt4 = İskele tarafınızdan size yetişip geçeceğim.
phrase-rt5 = Sancak tarafınızdan size yetişip geçeceğim.
phrase-rt6 = Manevra yapıyorum. Lütfen bildirdiğim yönden uzak durun.
phrase-rt7 = Geminize sancak tarafından yaklaşacağım.
phrase-rt8 = Geminize iskele tarafından yaklaşacağım.
phrase-rt9 = Kıçınızdan geçeceğim.
phrase-uy1 = Hava aracı kaldırmaya veya indirmeye hazırlanıyorum.
