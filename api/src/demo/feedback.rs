//! What the demo's people ask, propose and worry about, and what became of it. Four have waited for an answer for too long.

use tutti_entity::feedback::upward_feedback::FeedbackKind::{self, Concern, Idea, Question};
use tutti_entity::feedback::upward_feedback::FeedbackState::{self, Acted, Declined};

use super::story::Who;

/// Something that was raised, by whom, and with whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raised {
    pub day: i32,
    pub by: Who,
    pub anonymous: bool,
    pub kind: FeedbackKind,
    pub text: &'static str,
    pub asks: Asks,
    pub turns: &'static [(i32, Who, Turned)],
}

/// Who is asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asks {
    /// Whoever sent the communication with this subject.
    About(&'static str),
    /// Somebody.
    Person(Who),
    /// The programme office.
    Office,
}

/// What became of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turned {
    Voted,
    Answered(&'static str),
    Resolved(FeedbackState, &'static str),
}

/// One thing that somebody does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Raise(&'static Raised),
    Turn(&'static Raised, Turned),
}

use Turned::{Answered, Resolved, Voted};

const fn raised(
    day: i32,
    by: Who,
    kind: FeedbackKind,
    text: &'static str,
    asks: Asks,
    turns: &'static [(i32, Who, Turned)],
) -> Raised {
    Raised { day, by, anonymous: false, kind, text, asks, turns }
}

const fn without_name(raised: Raised) -> Raised {
    Raised { anonymous: true, ..raised }
}

/// Everything that was raised.
pub(super) const RAISED: &[Raised] = &[
    raised(
        -121,
        "astrid.holmgaard",
        Question,
        "Do we still have to close a call within six minutes when we also have to solve it the first time?",
        Asks::About("What changes at your desk"),
        &[
            (-120, "kasper.bonde", Voted),
            (-119, "aksel.ravn", Voted),
            (
                -117,
                "leader",
                Answered(
                    "No. From Monday on the clock is off the wall: what counts is whether they call again.",
                ),
            ),
            (
                -108,
                "leader",
                Resolved(Acted, "The six minutes are out of the team boards in Aarhus and Odense."),
            ),
        ],
    ),
    raised(
        -84,
        "steen.roedkjaer",
        Idea,
        "Let us see the last contact of the customer on the van's tablet before we ring the bell.",
        Asks::About("Friday at four, on a roof in Viby"),
        &[
            (-83, "jesper.ibsen", Voted),
            (
                -79,
                "leader",
                Answered("Yes: it comes with *Agents see the last five contacts*, for the vans as well."),
            ),
            (-60, "leader", Resolved(Acted, "In eight vans since this week.")),
        ],
    ),
    without_name(raised(
        -88,
        "victor.nygaard",
        Concern,
        "Agents who score low in the customer survey are named in the team meeting. Some of us dread Mondays.",
        Asks::About("What it means for us in Aarhus"),
        &[
            (-86, "signe.moerk", Voted),
            (-86, "magnus.kvist", Voted),
            (
                -84,
                "owner",
                Answered(
                    "That was never meant, and I am sorry. Scores of one person are for that person and me.",
                ),
            ),
            (-80, "owner", Resolved(Acted, "The board shows the team alone.")),
        ],
    )),
    raised(
        -73,
        "simon.hjorth",
        Idea,
        "Pay a bonus for each complaint that does not become a second one.",
        Asks::Person("charlotte.vestergaard"),
        &[
            (
                -69,
                "charlotte.vestergaard",
                Answered(
                    "I understand the wish. Rewards are the same numbers for everybody, so that nobody gains by moving a complaint elsewhere.",
                ),
            ),
            (-66, "charlotte.vestergaard", Resolved(Declined, "Rewards stay on the shared numbers.")),
        ],
    ),
    raised(
        -47,
        "lea.oesterby",
        Question,
        "What becomes of the contact centre in Odense when the chats move to one history?",
        Asks::About("Half-way, and late in two places"),
        &[(-46, "naja.kleist", Voted), (-46, "hassan.rahimi", Voted), (-45, "ditte.kjeldsen", Voted)],
    ),
    without_name(raised(
        -20,
        "lukas.traeholt",
        Question,
        "Are there fewer of us in sales next year? Everybody talks about it and nobody says anything.",
        Asks::About("Whether there was somebody with him"),
        &[(-19, "sara.mogensen", Voted), (-18, "julie.kjaersgaard", Voted)],
    )),
    raised(
        -28,
        "frontline",
        Concern,
        "The new knowledge articles are good, and there is no time in the roster to read them.",
        Asks::About("Fewer second calls"),
        &[
            (-27, "aksel.ravn", Voted),
            (
                -26,
                "leader",
                Answered(
                    "You are right. Twenty minutes a day are in the roster from the first of next month.",
                ),
            ),
        ],
    ),
    without_name(raised(
        -24,
        "brian.hyldgaard",
        Concern,
        "We are told to say that the outage is over when we do not know it.",
        Asks::About("Fewer second calls"),
        &[(-23, "kim.soerbjerg", Voted)],
    )),
    raised(
        -16,
        "cecilie.baech",
        Question,
        "Which of the two welcome letters is the one that we keep?",
        Asks::Person("annemette.friis"),
        &[],
    ),
    raised(
        -3,
        "merle.schroeder",
        Idea,
        "Let customers choose when we call them back, to the quarter of an hour.",
        Asks::About("Two minutes on why"),
        &[(-2, "johan.kroeyer", Voted)],
    ),
    without_name(raised(
        -4,
        "karla.praestegaard",
        Question,
        "Who decides whether somebody from Odense may work from home?",
        Asks::Office,
        &[],
    )),
    raised(
        -2,
        "bo.kaempegaard",
        Question,
        "Will the vans get winter tyres before the first frost this year?",
        Asks::Person("rasmus.ejlertsen"),
        &[],
    ),
];

/// Everything that was done, with its day and who did it.
pub(super) fn deeds() -> impl Iterator<Item = (i32, Who, Deed)> {
    RAISED.iter().flat_map(|raised| {
        let turns = raised.turns.iter().map(|(day, by, turned)| (*day, *by, Deed::Turn(raised, *turned)));
        std::iter::once((raised.day, raised.by, Deed::Raise(raised))).chain(turns)
    })
}
