//! Deleting a service: its tasks are stopped, and it is gone when it is INACTIVE.

use aws_sdk_ecs::operation::delete_service::DeleteServiceError;

use super::{ECS, Services};
use crate::aws::observe::attribute;
use crate::aws::patience::Patience;
use crate::aws::{AwsError, Progress};
use crate::resource::snapshot::Live;

impl Services {
    pub(super) async fn remove(&self, live: &Live) -> Result<(), AwsError> {
        let (cluster, name) = (
            attribute(&live.attributes, "cluster"),
            attribute(&live.attributes, "name"),
        );
        let request = self
            .clients
            .ecs()
            .delete_service()
            .cluster(cluster)
            .service(name)
            .force(true);
        self.clients
            .gate()
            .call(ECS, "DeleteService", || {
                let sent = request.clone().send();
                async {
                    match sent.await {
                        Err(error) if error.as_service_error().is_some_and(is_gone) => Ok(()),
                        answer => answer.map(drop),
                    }
                }
            })
            .await
    }

    pub(super) async fn wait_until_gone(&self, live: &Live, progress: &dyn Progress) -> Result<(), AwsError> {
        let (cluster, name) = (
            attribute(&live.attributes, "cluster"),
            attribute(&live.attributes, "name"),
        );
        let mut patience = Patience::of(self.clients.options());
        let mut reported = String::new();
        loop {
            let service = self.described(cluster, name).await?;
            let Some(service) = service.filter(|service| service.status() != Some("INACTIVE")) else {
                return Ok(());
            };
            let line = format!("draining, {} tasks running", service.running_count());
            if line != reported {
                progress.update(&line);
                reported = line;
            }
            if !patience.wait().await {
                let message = format!("service {name} is still {}", service.status().unwrap_or("there"));
                return Err(AwsError::in_answer(ECS, "DeleteService", "TimedOut", message)
                    .with_hint("its tasks take long to stop: run the same command again to wait on"));
            }
        }
    }
}

/// Gone, or on its way.
fn is_gone(error: &DeleteServiceError) -> bool {
    let code = error.meta().code().unwrap_or_default();
    matches!(
        code,
        "ServiceNotFoundException" | "ServiceNotActiveException" | "ClusterNotFoundException"
    )
}
