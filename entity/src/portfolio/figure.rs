//! The words of figures: they are worked out anew each time, and no row holds them.

use sea_orm::entity::prelude::StringLen;

use crate::value::choice;

choice! {
    /// How the cost at completion is estimated: from what was earned and spent so far.
    EacMethod {
        /// The rest costs as what was done so far: BAC · AC / EV.
        Typical,
        /// The rest costs as planned: AC + BAC − EV.
        Atypical,
        /// The rest costs as what was done so far, and the delay costs as well: AC + (BAC − EV) / (CPI · SPI).
        Combined,
    }
}

choice! {
    /// What the health of an initiative is looked at for.
    Dimension as "HealthDimension" {
        /// What it will have cost, against what was agreed.
        Cost,
        /// When it will be finished, against what was agreed.
        Schedule,
        /// Whether its reports are there.
        Reporting,
    }
}

choice! {
    /// Why an initiative needs somebody, the most pressing first.
    AttentionKind {
        /// Nobody is at work who answers for it: its owner is on leave or has left.
        OwnerNotAtWork,
        /// Money is spent on it, and none was agreed: it has no baseline, or one with a budget of nothing. Told to those
        /// alone who may see its money.
        SpentWithoutBudget,
        /// More is spent than was agreed for all of it. Told to those alone who may see its money.
        OverBudget,
        /// It costs more than it earns: its CPI is less than 1. Told to those alone who may see its money.
        BurningFasterThanEarning,
        /// It will be later than agreed by 7 % of its duration or more.
        Late,
        /// It was to be finished, and is not.
        PastDue,
        /// Its last report says that it goes better than its figures do, and no override allows that today.
        ReportedBetterThanComputed,
        /// It is due within 14 days, and nothing was heard of it for 14 days.
        DueSoonAndSilent,
        /// Its next report is overdue, and its grace is over.
        ReportOverdue,
        /// Milestones of it were to be reached, and are not.
        MilestonesOverdue,
        /// It was approved, and nothing was agreed: it has no baseline.
        NoBaseline,
        /// Nothing was heard of it for 14 days: no report, and no change.
        Silent,
    }
}
