### Phrases in English.
### The wording that the translations are made from.

## receipt

phrase-zl1 = I have received and understood your message.
phrase-zl2 = Do you understand? Please acknowledge.
phrase-zl3 = I have received your message but not understood it.
phrase-kc01 = Please read back what you have received.
phrase-kc02 = I read back.
phrase-kc03 = Your read-back is correct.
phrase-kc04 = Your read-back is not correct. I will say it again.
phrase-kc05 = Say again.
phrase-kc06 = Stand by.
phrase-kc07 = This is the wrong desk. I am passing your message on.
phrase-kc08 = Who is on watch?
phrase-kc09 = I need an interpreter.
phrase-kc10 = Please call me by telephone.

## stop

phrase-kc20 = Cease now. Lives are at risk.
phrase-kc21 = We are complying.
phrase-kc22 = We cannot comply.
phrase-kc23 = Our units are being informed.
phrase-kc24 = Our units have been informed.
phrase-kc25 = The activity has ceased.
phrase-kc26 = Please hold your activity.
phrase-kc27 = We are holding our activity.
phrase-kc28 = Our activity will be delayed.
phrase-kc29 = We are resuming our activity.

## people

phrase-kc40 = This is ours.
phrase-kc41 = This is not ours.
phrase-kc42 = We see an unknown object.
phrase-kc43 = Is this yours?
phrase-kc44 = People of ours are there.
phrase-kc45 = Civilians are there.
phrase-kc46 = A medical evacuation is under way.
phrase-kc47 = A search and rescue operation is under way.

## line

phrase-kc60 = Is your line attended?
phrase-kc61 = This is a line test.
phrase-kc62 = Your line test has been received.
phrase-kc63 = This line is being suspended. Messages that save lives still pass.
phrase-kc64 = This line is open again.
phrase-kc70 = Exercise, exercise, exercise.
phrase-kc71 = The exercise has ended.
phrase-kc80 = This is said without prejudice to the position of either side.

## sea

phrase-ir1 = I am engaged in oceanographic work.
phrase-ir4 = I am engaged in salvage work.
phrase-mh1 = Please do not cross ahead of me.
phrase-pj1 = I cannot turn to starboard.
phrase-pj2 = I cannot turn to port.
phrase-pj3 = Caution: my steering has failed.
phrase-pp8 = Dangerous operations are in progress. Please keep clear of the direction that I give.
phrase-qf1 = Caution: I have stopped my engines.
phrase-rt2 = I intend to pass you on your port side.
phrase-rt3 = I intend to pass you on your starboard side.
phrase-rt4 = I will overtake you on your port side.
phrase-rt5 = I will overtake you on your starboard side.
phrase-rt6 = I am manoeuvring. Please keep clear of the direction that I give.
phrase-rt7 = I will approach your ship on its starboard side.
phrase-rt8 = I will approach your ship on its port side.
phrase-rt9 = I will pass astern of you.
phrase-uy1 = I am preparing to launch or recover aircraft.
