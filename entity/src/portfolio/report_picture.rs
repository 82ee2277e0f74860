//! An initiative as it was when a report on it was published, never changed afterwards. Beside the report, so that
//! lists of reports do not read it.

use sea_orm::entity::prelude::*;

use crate::ids::StatusReportId;

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_pictures")]
pub struct Model {
    /// The report.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StatusReportId,
    /// The initiative as it was, as JSON that says in which form it is.
    pub picture: String,
}

crate::row::keyed!(StatusReportId);
