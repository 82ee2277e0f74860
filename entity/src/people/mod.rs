//! People, org units and the roles that people hold.

pub mod org_unit;
pub mod person;
pub mod role_grant;
