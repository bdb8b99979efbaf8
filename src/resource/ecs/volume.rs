//! Volumes of a task definition and where containers mount them.

use crate::resource::shape::{
    Shape, boolean, field, integer_between, keyed, list, map, object, one_of, string,
};

/// The volumes of a task, by name. A bare `{name}` comes back as `{name, host: {}}` (O).
pub(super) fn volumes() -> Shape {
    let volume = object(
        "Volume",
        "A volume that the task's containers can mount.",
        [
            field(
                "name",
                string(),
                "The name that mount points give as `sourceVolume`.",
            )
            .required(),
            field("host", host(), "A directory of the container instance."),
            field("dockerVolumeConfiguration", docker(), "A Docker volume."),
            field("efsVolumeConfiguration", efs(), "An Amazon EFS file system."),
            field(
                "s3filesVolumeConfiguration",
                s3_files(),
                "An Amazon S3 Files file system.",
            ),
            field(
                "fsxWindowsFileServerVolumeConfiguration",
                fsx(),
                "An Amazon FSx for Windows File Server file system.",
            ),
            field(
                "configuredAtLaunch",
                boolean(),
                "Whether the service or the run of a task says what the volume is: for Amazon EBS volumes.",
            )
            .default(false),
        ],
    );
    keyed(volume, &[&["name"]])
}

fn host() -> Shape {
    object(
        "HostVolumeProperties",
        "A directory of the container instance.",
        [field(
            "sourcePath",
            string(),
            "Its path; without one, Docker chooses and keeps nothing.",
        )],
    )
}

fn docker() -> Shape {
    object(
        "DockerVolumeConfiguration",
        "A Docker volume.",
        [
            // TF td: the defaults that it hashes with.
            field(
                "scope",
                one_of(&["task", "shared"]),
                "Whether it lives as long as the task, or longer.",
            )
            .default("task"),
            field(
                "autoprovision",
                boolean(),
                "Whether a shared volume is made where there is none.",
            )
            .default(false),
            field("driver", string(), "The Docker volume driver.").default("local"),
            field("driverOpts", map(string()), "Options of the driver."),
            field("labels", map(string()), "Labels of the Docker volume."),
        ],
    )
}

fn efs() -> Shape {
    object(
        "EFSVolumeConfiguration",
        "An Amazon EFS file system.",
        [
            field("fileSystemId", string(), "The file system's id.").required(),
            // O: returned though left out.
            field(
                "rootDirectory",
                string(),
                "The directory that becomes the volume's root.",
            )
            .default("/"),
            field(
                "transitEncryption",
                one_of(&["ENABLED", "DISABLED"]),
                "Whether traffic is encrypted.",
            )
            .default("DISABLED"),
            // D: 0 is the mount helper's own choice.
            field("transitEncryptionPort", port(), "The port for encrypted traffic.").default(0),
            field(
                "authorizationConfig",
                efs_authorization(),
                "How access is granted.",
            ),
        ],
    )
}

fn efs_authorization() -> Shape {
    object(
        "EFSAuthorizationConfig",
        "How access to an EFS file system is granted.",
        [
            field("accessPointId", string(), "The access point to go through."),
            field(
                "iam",
                one_of(&["ENABLED", "DISABLED"]),
                "Whether the task's role is used.",
            )
            .default("DISABLED"),
        ],
    )
}

fn s3_files() -> Shape {
    object(
        "S3FilesVolumeConfiguration",
        "An Amazon S3 Files file system.",
        [
            field("fileSystemArn", string(), "The file system's ARN.").required(),
            field(
                "rootDirectory",
                string(),
                "The directory that becomes the volume's root.",
            )
            .default("/"),
            field("transitEncryptionPort", port(), "The port for encrypted traffic.").default(0),
            field("accessPointArn", string(), "The access point to go through."),
        ],
    )
}

fn fsx() -> Shape {
    let authorization = object(
        "FSxWindowsFileServerAuthorizationConfig",
        "How access to an FSx file system is granted.",
        [
            field(
                "credentialsParameter",
                string(),
                "ARN of the secret or parameter with the credentials.",
            )
            .required(),
            field("domain", string(), "The Active Directory domain's full name.").required(),
        ],
    );
    object(
        "FSxWindowsFileServerVolumeConfiguration",
        "An Amazon FSx for Windows File Server file system.",
        [
            field("fileSystemId", string(), "The file system's id.").required(),
            field(
                "rootDirectory",
                string(),
                "The directory that becomes the volume's root.",
            )
            .required(),
            field("authorizationConfig", authorization, "How access is granted.").required(),
        ],
    )
}

fn port() -> Shape {
    integer_between(0, 65535)
}

/// Where a container mounts volumes, by path.
pub(super) fn mount_points() -> Shape {
    let mount = object(
        "MountPoint",
        "A volume at a path of the container.",
        [
            field("sourceVolume", string(), "The volume's name."),
            field("containerPath", string(), "The path in the container."),
            field("readOnly", boolean(), "Whether the container may only read it.").default(false),
        ],
    );
    keyed(mount, &[&["containerPath"]])
}

/// Whose volumes a container mounts as they are, by container.
pub(super) fn volumes_from() -> Shape {
    let source = object(
        "VolumeFrom",
        "All volumes of another container.",
        [
            field("sourceContainer", string(), "The other container's name."),
            field("readOnly", boolean(), "Whether the container may only read them.").default(false),
        ],
    );
    keyed(source, &[&["sourceContainer"]])
}

/// Amazon EBS volumes that a service makes for each task, by the volume's name. Passed through.
pub(super) fn volume_configurations() -> Shape {
    let configuration = object(
        "ServiceVolumeConfiguration",
        "What a volume that is configured at launch is.",
        [
            field("name", string(), "The volume's name in the task definition.").required(),
            field(
                "managedEBSVolume",
                managed_ebs(),
                "An Amazon EBS volume, made for each task.",
            ),
        ],
    );
    keyed(configuration, &[&["name"]]).declared_only()
}

fn managed_ebs() -> Shape {
    let amount = || integer_between(0, i64::from(i32::MAX));
    object(
        "ServiceManagedEBSVolumeConfiguration",
        "An Amazon EBS volume, made for each task.",
        [
            field("roleArn", string(), "The role with which ECS makes it.").required(),
            field("encrypted", boolean(), "Whether it is encrypted."),
            field("kmsKeyId", string(), "The KMS key that encrypts it."),
            field("volumeType", string(), "gp3, io2, …"),
            field("sizeInGiB", amount(), "Its size in GiB."),
            field("snapshotId", string(), "The snapshot that it is made from."),
            field(
                "volumeInitializationRate",
                amount(),
                "MiB a second at which the snapshot is read.",
            ),
            field("iops", amount(), "Operations a second."),
            field("throughput", amount(), "MiB a second."),
            field("tagSpecifications", ebs_tags(), "Its tags."),
            field(
                "filesystemType",
                one_of(&["ext3", "ext4", "xfs", "ntfs"]),
                "The file system on it.",
            ),
        ],
    )
}

fn ebs_tags() -> Shape {
    list(object(
        "EBSTagSpecification",
        "Tags of the volume.",
        [
            field("resourceType", one_of(&["volume"]), "What is tagged.").required(),
            field("tags", super::tags(), "The tags."),
            field(
                "propagateTags",
                one_of(&["TASK_DEFINITION", "SERVICE", "NONE"]),
                "Whose tags it gets too.",
            ),
        ],
    ))
}
