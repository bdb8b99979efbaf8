//! The resource types that composition makes.

pub(super) use crate::resource::dns_record::DNS_RECORD;
pub(super) use crate::resource::event_rule::EVENT_RULE;
pub(super) use crate::resource::listener_rule::LISTENER_RULE;
pub(super) use crate::resource::log_group::LOG_GROUP;
pub(super) use crate::resource::schedule::SCHEDULE;
pub(super) use crate::resource::service::SERVICE;
pub(super) use crate::resource::target_group::TARGET_GROUP;
pub(super) use crate::resource::task_definition::TASK_DEFINITION;
