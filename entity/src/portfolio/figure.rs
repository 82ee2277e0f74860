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
