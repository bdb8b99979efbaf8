//! Tags of hosted zones.

use serde_json::{Value, json};

use super::{Route53, bare, invalid_input};
use crate::api::{Answer, ApiError, Params};
use crate::tags;

impl Route53 {
    pub(super) fn list_tags_for_resource(&self, params: Params<'_>) -> Answer {
        let id = self.tagged(params, params.text("ResourceId").unwrap_or_default())?;
        Ok(json!({ "ResourceTagSet": self.tag_set(&id) }))
    }

    pub(super) fn list_tags_for_resources(&self, params: Params<'_>) -> Answer {
        let ids = params.texts("ResourceIds");
        if ids.is_empty() || ids.len() > 10 {
            return Err(invalid_input(
                "Between 1 and 10 resources can be asked for at once",
            ));
        }
        let sets = ids
            .into_iter()
            .map(|id| Ok(self.tag_set(&self.tagged(params, id)?)))
            .collect::<Result<Vec<_>, ApiError>>()?;
        Ok(json!({ "ResourceTagSets": sets }))
    }

    pub(super) fn change_tags_for_resource(&mut self, params: Params<'_>) -> Answer {
        let id = self.tagged(params, params.text("ResourceId").unwrap_or_default())?;
        let tags = self.tags.entry(id).or_default();
        for tag in params.list("AddTags") {
            let key = tag
                .text("Key")
                .filter(|key| !key.is_empty())
                .ok_or_else(|| invalid_input("A tag needs a key"))?;
            tags.insert(key.to_owned(), tag.text("Value").unwrap_or_default().to_owned());
        }
        for key in params.texts("RemoveTagKeys") {
            tags.remove(key);
        }
        Ok(json!({}))
    }

    fn tagged(&self, params: Params<'_>, id: &str) -> Result<String, ApiError> {
        if params.text("ResourceType") != Some("hostedzone") {
            return Err(invalid_input("Only hosted zones have tags here"));
        }
        let known = self.zones.get(bare(id)).map(|zone| zone.id.clone());
        known.ok_or_else(|| {
            ApiError::with_status(
                404,
                "NoSuchHostedZone",
                format!("No hosted zone found with ID: {id}"),
            )
        })
    }

    fn tag_set(&self, id: &str) -> Value {
        let tags = tags::show(self.tags.get(id).into_iter().flatten());
        json!({ "ResourceType": "hostedzone", "ResourceId": id, "Tags": tags })
    }
}
