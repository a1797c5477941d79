//! Takes any bytes as a document that replaces a shipped one: the first line is its name, the rest its
//! text.

use std::fs;

use provision::systems::stackstate::DOCUMENTS;
use provision::systems::{self, Goal};

use super::deployment::{Deployment, EXTERNAL_ID};
use super::told;

thread_local! {
    static DEPLOYMENTS: [Deployment; 2] = ["external", "ec2"].map(|trust| {
        Deployment::new(&format!("trust = \"{trust}\"\npolicies = \"documents\"\n"))
    });
}

/// Lays out deployments with the document in place of the shipped one.
pub fn check(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (name, text) = bytes.split_at(end.unwrap_or(bytes.len()));
    let text = text.strip_prefix(b"\n").unwrap_or(text);
    let mut documents = DOCUMENTS.iter();
    let Some(document) = documents.find(|document| document.name.as_bytes() == name) else {
        return;
    };
    DEPLOYMENTS.with(|deployments| {
        for deployment in deployments {
            lay_out(deployment, document.name, text);
        }
    });
}

fn lay_out(deployment: &Deployment, name: &str, text: &[u8]) {
    let folder = deployment.folder.path().join("documents");
    let file = folder.join(format!("{name}.json"));
    fs::create_dir_all(&folder).expect("a folder that can be made");
    fs::write(&file, text).expect("a file that can be written");
    let site = deployment.site();
    let outcome = systems::named(&deployment.settings, Goal::Present).and_then(|systems| {
        let mut each = systems.iter();
        each.try_for_each(|system| system.check(site.partition))?;
        systems::lay_out(&systems, &site)
    });
    fs::remove_file(&file).expect("the file is there");
    match outcome {
        Ok(layout) => {
            for document in layout.written {
                let shown = document.content.shown().to_string();
                assert!(!shown.contains(EXTERNAL_ID), "{shown}");
                let (size, limit) = document.content.size();
                assert!(size <= limit, "{}: {size} of {limit}", document.name);
            }
        }
        Err(failure) => told(
            &failure,
            &[&format!("{name}.json"), "the role"],
            EXTERNAL_ID,
        ),
    }
}
