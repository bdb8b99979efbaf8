//! What the tests ask of the sandbox's world.

use sendo_sandbox::ecs::{Service, TaskDefinition};
use sendo_sandbox::state::Region;

use super::{REGION, Stage};

impl Stage {
    /// Looks at the region as it is now.
    pub fn region<T>(&self, look: impl FnOnce(&Region) -> T) -> T {
        self.sandbox.world(|world| look(world.region(REGION).unwrap()))
    }

    /// The active services.
    pub fn services(&self) -> Vec<Service> {
        self.region(|region| {
            let services = region.ecs.services.values();
            services
                .filter(|service| service.status == "ACTIVE")
                .cloned()
                .collect()
        })
    }

    /// The active service of this name.
    pub fn service(&self, name: &str) -> Service {
        let found = self.services().into_iter().find(|service| service.name == name);
        found.unwrap_or_else(|| panic!("there is no service {name}"))
    }

    /// The definition that the active service of this name runs.
    pub fn definition(&self, service: &str) -> TaskDefinition {
        let arn = self.service(service).task_definition;
        self.region(|region| {
            let families = region.ecs.families.values();
            let mut revisions = families.flat_map(|family| family.revisions.values());
            revisions.find(|revision| revision.arn == arn).cloned().unwrap()
        })
    }

    /// How many revisions each family has.
    pub fn revisions(&self) -> Vec<(String, usize)> {
        self.region(|region| {
            let families = region.ecs.families.iter();
            families
                .map(|(name, family)| (name.clone(), family.revisions.len()))
                .collect()
        })
    }
}
