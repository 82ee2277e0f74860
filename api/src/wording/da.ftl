# Dansk.

date = { $day }. { $month ->
    [1] januar
    [2] februar
    [3] marts
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] august
    [9] september
    [10] oktober
    [11] november
   *[12] december
} { $year }

# En meddelelse som mail, og siden bag dens link.
acknowledge-sentence = Bekræft, at du har læst dette:
acknowledge-word = Bekræft
acknowledge-button = Jeg har læst dette
acknowledge-done = Tak. Det er bekræftet, at du har læst dette.
link-not-good = Dette link er ikke gyldigt, eller ikke længere.

# Den daglige mail.
digest-subject = { $count ->
    [one] Én ting venter på dig
   *[other] { $count } ting venter på dig
}
digest-hello = Hej { $name }
digest-intro = Dette venter på dig den { $date }:
digest-overdue = Over tiden
digest-due = Skal gøres i denne uge
digest-acknowledge = Skal bekræftes
digest-questions = Skal besvares
digest-escalated = Over tiden hos andre, og nu også hos dig
digest-item = { $what } (senest { $date })
digest-more = … og { $count } mere
digest-why = Du får denne mail en gang om dagen, fordi du har bedt om det.
digest-unsubscribe = Stop disse mails

# Siden, hvor man stopper den daglige mail.
unsubscribe-title = Den daglige mail om det, der venter på dig
unsubscribe-button = Stop disse mails
unsubscribe-done = Du får ikke disse mails længere.

# Hvad der er at gøre, som lister over arbejde kalder det.
work-plain = { $what }
work-report = Rapportér om { $what }
work-acknowledge-report = Bekræft rapporten om { $what }
work-decide = Tag stilling til { $what }
work-agree = Godkend grundplanen for { $what }
work-close = Afslut { $what }
work-restate = Godkend rettelsen af { $what }
work-renew = Forny certifikatet for { $what }
work-uncertified = Bliv certificeret igen, før du træner { $what }
work-unstaffed = Find en certificeret træner til { $what }
work-payout = Godkend udbetalingen af { $what }
work-acknowledge = Bekræft { $what }
work-say = Send { $what }
work-unsaid = Find en anden afsender til { $what }
work-answer = Besvar: { $what }
