# English.

date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

# A communication by mail, and the page behind its link.
acknowledge-sentence = Please acknowledge that you have read this:
acknowledge-word = Acknowledge
acknowledge-button = I have read this
acknowledge-done = Thank you. It is acknowledged that you have read this.
link-not-good = This link is not good, or not any more.

# The daily digest.
digest-subject = { $count ->
    [one] One thing waits for you
   *[other] { $count } things wait for you
}
digest-hello = Hello { $name }
digest-intro = This waits for you on { $date }:
digest-overdue = Overdue
digest-due = Due this week
digest-acknowledge = To acknowledge
digest-questions = To answer
digest-escalated = Overdue with others, and now with you as well
digest-item = { $what } (by { $date })
digest-more = … and { $count } more
digest-why = You get this mail once a day because you asked for it.
digest-unsubscribe = Stop these mails

# The page on which somebody stops the digest.
unsubscribe-title = The daily mail of what waits for you
unsubscribe-button = Stop these mails
unsubscribe-done = You do not get these mails any more.

# What there is to do, as lists of work call it.
work-plain = { $what }
work-report = Report on { $what }
work-acknowledge-report = Acknowledge the report on { $what }
work-decide = Decide on { $what }
work-agree = Approve the baseline of { $what }
work-close = Close { $what }
work-restate = Approve the restatement of { $what }
work-renew = Renew the certificate of { $what }
work-uncertified = Be certified again before training { $what }
work-unstaffed = Find a certified trainer for { $what }
work-payout = Approve the payout of { $what }
work-acknowledge = Acknowledge { $what }
work-say = Send { $what }
work-unsaid = Find another sender for { $what }
work-answer = Answer: { $what }
