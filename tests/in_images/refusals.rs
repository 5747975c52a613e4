//! Without what it needs, `up` says so before anything is started.

use std::path::Path;
use std::process::Command;

use journeys::process::{repository, souk};

fn up(data_dir: &Path, images: &Path, path: &str) -> (Option<i32>, String) {
    let mut command = Command::new(souk());
    command
        .args(["up", "--no-build", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data_dir);
    command.arg("--images").arg(images).env("PATH", path);
    let output = command
        .current_dir(repository())
        .output()
        .expect("souk can be started");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
#[ignore = "needs podman and images: .ci/journeys-in-images"]
fn a_machine_without_podman_is_told_what_to_install() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let images = std::env::var("SOUK_IMAGES").expect("SOUK_IMAGES names the images");
    let (code, said) = up(folder.path(), Path::new(&images), "/nonexistent");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("apt install podman") && said.contains("--images"),
        "{said}"
    );
}

#[test]
#[ignore = "needs podman and images: .ci/journeys-in-images"]
fn a_folder_without_images_is_refused_with_the_command_that_makes_them() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = std::env::var("PATH").unwrap_or_default();
    let (code, said) = up(&folder.path().join("data"), folder.path(), &path);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("images.json") && said.contains(".ci/build-images"),
        "{said}"
    );
}
