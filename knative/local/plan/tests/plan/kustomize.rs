//! Which documents of a folder are read.

use souk_plan::model::Plan;

use crate::files::Files;

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n")
}

fn names(plan: &Plan) -> Vec<String> {
    let name = |config: &souk_plan::model::ConfigObject| {
        format!("{}/{}", config.object.namespace, config.object.name)
    };
    plan.config.iter().map(name).collect()
}

#[test]
fn a_kustomization_chooses_what_is_read_and_changes_it() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, namespace: old}\nspec:\n  template:\n    spec:\n      \
               restartPolicy: Never\n      containers: [{name: j, image: r/job}]\n";
    let files = Files::new(&[
        (
            "base/kustomization.yaml",
            "resources: [a.yaml, ../more]\nnamespace: souk\nimages: [{name: r/job, newTag: '7'}]\n",
        ),
        ("base/a.yaml", &config_map("a")),
        ("base/not-listed.yaml", "not: [read"),
        (
            "more/kustomization.yaml",
            "kind: Kustomization\nresources:\n  - job.yaml\n",
        ),
        ("more/job.yaml", job),
    ]);
    let plan = files.load("base").unwrap();
    assert_eq!(names(&plan), ["souk/a"]);
    assert_eq!(plan.jobs[0].object.namespace, "souk");
    assert_eq!(plan.jobs[0].container.image, "r/job:7");
    assert_eq!(plan.jobs[0].container.executable, "job");
}

#[test]
fn without_a_kustomization_every_file_is_read() {
    let two = config_map("a") + "---\n" + &config_map("b");
    let files = Files::new(&[
        ("x/a.yaml", &two),
        ("x/deep/c.yml", &config_map("c")),
        ("x/notes.txt", "no: ["),
    ]);
    assert_eq!(
        names(&files.load("x").unwrap()),
        ["default/a", "default/b", "default/c"]
    );
}

#[test]
fn what_kustomize_or_this_runtime_refuses_is_told_with_its_line() {
    for (kustomization, expected) in [
        (
            "resources: []\npatches: [{path: x}]\n",
            "x/kustomization.yaml:2: patches: is not supported here: souk runs a base",
        ),
        (
            "resources: []\nconfigMapGenerator: []\n",
            "x/kustomization.yaml:2: configMapGenerator: this field is not supported",
        ),
        (
            "resources:\n  - missing.yaml\n",
            "x/kustomization.yaml:2: there is no file or folder x/missing.yaml",
        ),
        (
            "resources:\n  - ../a.yaml\n",
            "x/kustomization.yaml:2: resources: kustomize takes no file from outside",
        ),
        (
            "resources:\n  - plain\n",
            "x/kustomization.yaml:2: resources: the folder plain has no kustomization.yaml",
        ),
        (
            "resources:\n  - ../x\n",
            "x/kustomization.yaml:2: x includes itself",
        ),
        (
            "resources:\n  - https://example.com/base\n",
            "x/kustomization.yaml:2: there is no file or folder",
        ),
    ] {
        let files = Files::new(&[
            ("x/kustomization.yaml", kustomization),
            ("x/plain/b.yaml", &config_map("b")),
            ("a.yaml", &config_map("a")),
        ]);
        let told = files.load("x").unwrap_err();
        assert!(
            told.len() == 1 && told[0].starts_with(expected),
            "{kustomization}: {told:?}"
        );
    }
}

#[test]
fn a_folder_that_is_missing_is_a_mistake() {
    assert_eq!(
        Files::new(&[]).load("nowhere").unwrap_err(),
        ["nowhere: there is no file or folder nowhere"]
    );
}

#[test]
fn a_folder_without_manifests_is_no_application() {
    let files = Files::new(&[("manifests/notes.txt", "")]);
    let mistakes = files.load("manifests").unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert!(
        mistakes[0].ends_with("there is no file in it whose name ends in .yaml or .yml"),
        "{mistakes:?}"
    );
}
