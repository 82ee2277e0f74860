//! Train the trainer: what is taught, when and by whom, who attended, who may train, and how far it reached.

pub mod adoption_assessment;
pub mod attendance;
pub mod certification;
pub mod change_agent;
pub mod co_trainer;
pub mod curriculum;
pub mod training_session;
