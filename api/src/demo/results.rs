//! What the demo's initiatives were to come to: the results that their owners have put down as milestones, in
//! the order in which they are to be reached. The last is that of the whole.

/// Initiatives by the title under which they were proposed, and their milestones.
const RESULTS: &[(&str, &[&str])] = &[
    (
        "Welcome call within one working day",
        &[
            "Four callers picked and trained",
            "First hundred welcome calls made",
            "Calls in the shift plan of both sites",
        ],
    ),
    (
        "One order confirmation for energy and broadband",
        &[
            "Text read aloud by ten customers",
            "One customer number in both systems",
            "Households get one confirmation",
            "Business customers get one too",
        ],
    ),
    (
        "Broadband ready on moving day",
        &[
            "Routers to lend in all vans",
            "Order date tied to the moving date",
            "Call on the evening before",
            "New estates connected on the day",
        ],
    ),
    (
        "Appointment windows of two hours",
        &[
            "Windows of four hours everywhere",
            "Text message with the technician's name",
            "Two hours in the towns",
            "Two hours on the islands",
        ],
    ),
    (
        "First-bill preview during the sale",
        &[
            "Preview for standard tariffs",
            "Ten sellers use it every day",
            "Broadband on the same screen",
            "All sellers trained",
        ],
    ),
    (
        "Router that sets itself up",
        &[
            "Fifty routers tested at home by colleagues",
            "Firmware through the security test",
            "Guided start in Danish and English",
            "New routers leave the store ready",
        ],
    ),
    (
        "Moving house in one conversation",
        &[
            "One form for all four contracts",
            "Script of the call written by agents",
            "Final reading by photo joined in",
            "Sub-tenants and shared flats covered",
            "One call is the rule",
        ],
    ),
    (
        "Standards at moments that matter: the first 30 days",
        &[
            "The yes and the wait",
            "The visit",
            "The first evening",
            "The first bill",
            "All five on the wall of every team",
        ],
    ),
    (
        "Contract in plain language",
        &["Draft of two pages", "Tested with customers who had left", "Agreed by legal and the regulator"],
    ),
    (
        "Meter reading handed over by photo",
        &[
            "Photos of the ten commonest meters read",
            "Both tenants confirm in the app",
            "Live in all flats",
            "Handed over to customer service",
        ],
    ),
    (
        "Welcome box by post",
        &["Two hundred boxes packed", "Pilot on Funen", "Effect measured against a group without"],
    ),
    (
        "Heat-pump advice before the offer",
        &["Two advisers hired", "Video call tried in twenty houses", "Advice before every offer"],
    ),
    (
        "Silent switch from another supplier",
        &["Data exchange agreed", "First hundred customers switched", "Two messages and no more"],
    ),
    (
        "Agents see the last five contacts",
        &[
            "Calls of all sites in one list",
            "The promise beside the contact",
            "Chat and e-mail count too",
            "On every agent's screen",
        ],
    ),
    (
        "Call back everyone who gave us 0 to 6 within 48 hours",
        &[
            "First team calls back",
            "Callers trained to listen",
            "What would have helped goes on the board",
            "Both sites within 48 hours",
        ],
    ),
    (
        "One case, one owner",
        &[
            "Names instead of queues in billing",
            "Handover at holidays settled",
            "Names instead of queues everywhere",
            "Customers see the name",
        ],
    ),
    (
        "Knowledge articles that agents trust",
        &[
            "Every article has an owner",
            "Articles nobody reads are gone",
            "The second cellar sorted",
            "All articles checked once",
        ],
    ),
    (
        "Outage messages before the phone rings",
        &[
            "Own faults reported within ten minutes",
            "Fault feed of the grid company connected",
            "Broadband in the same message",
            "Customers choose how they hear",
        ],
    ),
    (
        "No lost call-backs",
        &["Calendar entry with every promise", "Managers' list at four o'clock", "96 % kept"],
    ),
    (
        "Broadband faults solved in the first call",
        &[
            "A day's credit without asking",
            "A new router without asking",
            "A technician without asking",
            "Seven in ten solved at once",
        ],
    ),
    (
        "The technician knows the story",
        &[
            "Three lines on the phone",
            "Agents write three good lines",
            "First region drives with them",
            "All vans",
        ],
    ),
    (
        "Voice bot for opening hours",
        &["Bot understands the ten questions", "Pilot at night", "Day and night"],
    ),
    (
        "A standard for saying no",
        &["Twenty refusals collected", "The standard written", "Every team has tried it"],
    ),
    (
        "Chat and telephone share one history",
        &["One list behind both", "Chat opens with the list", "Calls begin where the chat stopped"],
    ),
    (
        "Ten quiet minutes after a hard call",
        &["Works council agrees", "Button on the telephone", "All shifts use it"],
    ),
    (
        "Complaints read aloud on Mondays",
        &["Five teams read aloud", "One promise a week on the board", "Every team", "Promises kept are told"],
    ),
    (
        "A bill on one page",
        &[
            "Page one agreed by the regulator",
            "Electricity on one page",
            "District heating on one page",
            "Proofs from the printing house",
            "All bills on one page",
        ],
    ),
    (
        "Explain every jump of more than 20 %",
        &["Reasons found for nine in ten jumps", "The sentence on the bill", "The same sentence in the app"],
    ),
    (
        "A warning before the annual settlement",
        &[
            "Forecast within ten per cent",
            "First warning to one town",
            "Higher instalment in one click",
            "Warning to everybody",
        ],
    ),
    (
        "Instalments in two clicks",
        &["Limits agreed with finance", "Plan on the website", "Half of all plans without a call"],
    ),
    (
        "Reminders with a human tone",
        &["Three letters rewritten", "Agency uses our words", "Old letters out of the system"],
    ),
    (
        "Refunds within three days",
        &[
            "Refunds without an application",
            "Five days for households",
            "Instant transfers with the bank",
            "Three days for all",
        ],
    ),
    (
        "A calculator that shows the dear choice too",
        &["Own consumption read in", "All tariffs, also the dear ones", "On the website and with the agents"],
    ),
    (
        "The bill-shock desk",
        &["Three agents named", "Calls before the bill arrives", "One settlement seen through"],
    ),
    (
        "No more fee for paper",
        &["Cost of goodwill put into figures", "Fee off the price list", "Letter to those who paid it"],
    ),
    (
        "Talking about debt with dignity",
        &[
            "Course written with a debt adviser",
            "First six colleagues trained",
            "All eleven trained",
            "Conversations listened to",
        ],
    ),
    (
        "The last 4 000 customers leave the old billing engine",
        &[
            "First batch of fifty",
            "Old discounts mended",
            "Half of the contracts moved",
            "Engine switched off",
        ],
    ),
    (
        "Price letters tested by twelve customers",
        &[
            "Panel of twelve found",
            "First letter read aloud",
            "A fair pay for the panel",
            "No letter without them",
        ],
    ),
    (
        "Customer moments: one story a week in every team",
        &[
            "Ten teams tell stories",
            "Three stories for the executive team",
            "Stories from the van",
            "Every team, every week",
        ],
    ),
    (
        "Executives listen to four calls a month",
        &["Two executives try it", "Dates in all calendars", "Four calls each", "Heard at the town hall"],
    ),
    (
        "The story behind the NPS",
        &[
            "Template with ten customers in it",
            "Stories for private customers",
            "Answers of business customers in",
            "No slide without its story",
        ],
    ),
    (
        "Train the trainer: the first 24 change agents",
        &[
            "Course tried on six colleagues",
            "Wave 1: Aarhus and Odense",
            "Wave 2: Field Service and Billing",
            "Wave 3: everybody who leads",
            "Twenty-four have trained somebody",
        ],
    ),
    (
        "Single-customer feedback on the board by noon",
        &["Three boards by noon", "A name beside every card", "Every team's board"],
    ),
    (
        "How are we doing? An employee pulse every fortnight",
        &[
            "Two questions agreed",
            "Works council has seen who sees what",
            "Four teams answer",
            "Everybody is asked",
        ],
    ),
    (
        "One plan, one rhythm: the programme office",
        &["One list of everything", "First fortnight looked at", "Seven fortnights without a surprise"],
    ),
    (
        "The message house of the leadership",
        &["Three messages agreed", "The fourth message", "Told in every team"],
    ),
    (
        "Front line and executives rewarded on the same numbers",
        &["Metrics and weights agreed", "Plan through the board", "Everybody has seen their plan"],
    ),
    (
        "A league table of teams by NPS",
        &["Figures of a week on one screen", "Screen in the first hall", "Screens in every hall"],
    ),
    (
        "A council of thirty customers",
        &[
            "Thirty customers drawn",
            "First evening",
            "Second evening",
            "One decision that came from the council",
        ],
    ),
    (
        "Pocket cards: five moments that matter",
        &["Five promises written by the front line", "The technicians' own moment", "Cards at all sites"],
    ),
];

/// The milestones of the initiative that was proposed under this title; none for one that nobody has planned yet.
pub(super) fn results(title: &str) -> &'static [&'static str] {
    RESULTS.iter().find(|(known, _)| *known == title).map_or(&[], |(_, results)| *results)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::portfolios::PORTFOLIOS;

    #[test]
    fn every_result_belongs_to_an_initiative() {
        let initiatives = || PORTFOLIOS.iter().flat_map(|portfolio| portfolio.initiatives);
        for (title, results) in RESULTS {
            assert!(initiatives().any(|initiative| initiative.title == *title), "{title}");
            assert!((3..=6).contains(&results.len()), "{title}");
        }
    }
}
