//! A deployment of both systems, for inputs that are read together with settings.

use std::fs;
use std::path::Path;

use provision::names::Partition;
use provision::settings::{self, GeneralFlags, Need, Settings, StackStateFlags};
use provision::systems::Site;
use tempfile::TempDir;

/// The external ID of the settings.
pub const EXTERNAL_ID: &str = "recognisable-external-id";

/// Settings, and their folder.
pub struct Deployment {
    /// The folder of the settings file.
    pub folder: TempDir,
    /// The settings.
    pub settings: Settings,
}

impl Deployment {
    /// A deployment in one region, with more `keys` in its section `[stackstate]`.
    pub fn new(keys: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let external =
            format!("agent_principals = [\"210987654321\"]\nexternal_id = \"{EXTERNAL_ID}\"\n");
        let external = match keys.contains("\"ec2\"") {
            true => "",
            false => &external,
        };
        let text = format!(
            "account = \"123456789012\"\nregions = [\"eu-west-1\"]\n[audit_trail]\n[stackstate]\n\
             {external}{keys}"
        );
        fs::write(folder.path().join("provision.toml"), text).expect("a file");
        let general = GeneralFlags::default();
        let flags = StackStateFlags::default();
        let draft = settings::load(&general, &flags, Need::Trust, folder.path(), &|_| None);
        let settings = draft.and_then(|draft| draft.complete(None));
        Deployment {
            settings: settings.expect("the settings are good"),
            folder,
        }
    }

    /// The site of the deployment.
    pub fn site(&self) -> Site {
        Site {
            partition: self.settings.partition().unwrap_or(Partition::Aws),
            account: self
                .settings
                .account
                .clone()
                .expect("the file has an account"),
            regions: self.settings.regions.clone(),
        }
    }

    /// The path of a file beside the settings.
    pub fn path(&self, name: impl AsRef<Path>) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}
