//! In which words the demo's owners report. `{}` stands for a milestone.

/// A milestone was reached.
pub(super) const REACHED: &[&str] = &[
    "*{}*: done, and the team had cake.",
    "We have reached *{}*.",
    "*{}* is behind us.",
    "*{}* works. We watched it for three days before we wrote this.",
    "Ticked off: *{}*.",
    "*{}* is done; two customers rang to say that they noticed.",
    "*{}* was reached without a night shift.",
];

/// A milestone moved; why is said by the note of the move.
pub(super) const MOVED: &[&str] =
    &["*{}* comes later.", "The date of *{}* did not hold.", "*{}* has a new date.", "We had to move *{}*."];

/// Nothing of that happened.
pub(super) const QUIET: &[&str] = &[
    "A quiet period: everybody did what was on the list.",
    "Nothing to celebrate and nothing to hide.",
    "We are where the plan says, give or take a day.",
    "Much work, little to show; it will be the other way round next time.",
    "Half of the period went into finding out who decides.",
    "The team is complete again after two weeks of flu.",
    "We threw away the first try. The second one is shorter.",
    "Eleven conversations with customers; nine of them said the same thing.",
    "The pilot team has stopped asking when it ends. That is the best sign so far.",
    "One site is ahead, the other one behind; together it comes out even.",
    "We listened to forty calls and changed two sentences.",
    "Three small things were mended that nobody had put on a list.",
    "The numbers move slowly. The mood in the team moves faster, and upwards.",
    "Training took longer than planned, and was asked for again.",
    "We said no to four good ideas in order to finish this one.",
    "The supplier delivered what was ordered, on the day on which it was ordered for.",
    "Holiday time: we kept the lights on and the dates.",
];

/// What else is to be said.
pub(super) const BESIDE: &[&str] = &[
    "A customer wrote that it felt as if somebody had been waiting for her call.",
    "The front line has taken it over; we only hold the ladder.",
    "What we learn goes into the Monday story of the teams.",
    "Money is spent as it was planned.",
    "Two colleagues from Field Service have joined for a month.",
    "The first figures look good, but the sample is small.",
    "Nobody has to be convinced any more; now they have to be freed from other work.",
    "We show it on Thursday at the coffee corner, to whoever comes.",
    "The old way still runs beside the new one, and costs us a day a week.",
    "The manual has four pages now, down from thirty.",
    "Agents have begun to improve it without asking us.",
    "There is less waiting than last time, and it is mostly for us ourselves.",
    "Three of the five worries from last time are gone.",
    "It is more work than we said, and less than we feared.",
];

/// What comes next.
pub(super) const NEXT: &[&str] = &[
    "Next is *{}*.",
    "Everything goes into *{}* now.",
    "*{}*, with the same people.",
    "We begin with *{}* on Monday.",
    "Before the next report we want to be half-way to *{}*.",
];

/// Everything was reached.
pub(super) const LAST: &[&str] = &[
    "We hand it over to those who run it.",
    "What is left is the thank-you, and a look back with the sponsor.",
    "We watch it for four weeks, and then stop being a project.",
];

/// What is asked of others.
pub(super) const HELP: &[&str] = &[
    "Somebody with authority has to tell the two sites that this goes before the old targets.",
    "We need an hour of the data team before Friday.",
    "Please let the pilot team keep their fourth agent until the end of the month.",
    "A decision on the wording; the lawyers have had it for two weeks.",
    "One technician for three afternoons.",
    "Come and listen to a call with us. It says more than this report does.",
    "The steering group should hear the customers themselves before it votes.",
];
