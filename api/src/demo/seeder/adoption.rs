//! Carries out what the demo's people answered about the change.

use super::Seeder;
use crate::demo::adoption::Answer;
use crate::training::adoption::inputs::AdoptionAssessInput;

impl Seeder<'_> {
    /// Everybody answers for themselves.
    pub(super) async fn answer(&self, Answer { who, scores, .. }: &Answer) -> Result<(), String> {
        let [awareness, desire, knowledge, ability, reinforcement] = *scores;
        let input = AdoptionAssessInput {
            person_id: None,
            awareness,
            desire,
            knowledge,
            ability,
            reinforcement,
            assessed_on: None,
        };
        self.write(Some(who), "adoptionAssess", &input).await?;
        Ok(())
    }
}
