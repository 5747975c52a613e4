//! `souk secrets`: the credentials of a shop in a cluster, made once and kept, in the forms in which they are needed there.

mod address;
mod files;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use souk_engines::SecretStore;
use souk_engines::postgres::{Database, make_databases};
use souk_engines::secrets::Entries;
use souk_plan::model::{ConfigKind, ConfigNeed, Plan};

use crate::cli::SecretsOptions;
use crate::credentials::Credentials;
use crate::data_dir::DataDir;
use crate::failure::{Failure, Outcome};
use crate::operator::{Config, Engines, Made, Needs, database_password, gateway_variable};
use crate::planning;
use crate::terminal::{answer, here, progress};
use address::PostgresAddress;

/// The halves of a key pair, as keys of its Secret.
const PRIVATE_KEY: &str = "private.pem";
const PUBLIC_KEY: &str = "public.pem";

/// Makes what is missing and writes the files anew.
pub(crate) fn write(options: &SecretsOptions, data_dir: &DataDir) -> Outcome {
    let folder = options.into.clone().unwrap_or_else(|| data_dir.cluster());
    let store = SecretStore::open(&folder.join("kept"))?;
    for secret in &options.renew {
        forget(&store, secret)?;
    }
    let address = PostgresAddress::parse(&options.postgres_url)?;
    let plan = planning::load(&options.sources, &store)?;
    let shop = Shop::make(&plan, &store, &address, &options.mail_url)?;
    if let Some(admin) = &options.create_databases {
        shop.create_databases(admin)?;
    }
    shop.write(&folder, options, &store)
}

/// So that it is made anew.
fn forget(store: &SecretStore, secret: &str) -> Outcome {
    let known = store.namespaces_of(secret)?;
    if known.is_empty() {
        return Err(Failure::new(
            format!("there is no secret `{secret}` to renew"),
            format!("Look at the names: {} plan", here()),
        ));
    }
    for namespace in known {
        store.forget(&namespace, secret)?;
    }
    Ok(())
}

/// Everything that a shop in a cluster has to know and nobody else may.
struct Shop<'a> {
    plan: &'a Plan,
    needs: Vec<ConfigNeed>,
    made: Made,
    /// Passwords of the roles, by the name of role and database.
    databases: BTreeMap<String, String>,
}

impl<'a> Shop<'a> {
    fn make(
        plan: &'a Plan,
        store: &SecretStore,
        address: &PostgresAddress,
        mail_url: &str,
    ) -> Outcome<Self> {
        let secrets = plan.needs.iter();
        let secrets: Vec<ConfigNeed> = secrets
            .filter(|need| need.kind == ConfigKind::Secret)
            .cloned()
            .collect();
        // Told, not made; the rules then find it.
        for need in secrets
            .iter()
            .filter(|need| need.object.name == "mail-server")
        {
            let url = Entries::from([("url".to_owned(), mail_url.to_owned())]);
            store.keep(&need.object.namespace, &need.object.name, url)?;
        }
        let mut databases = BTreeMap::new();
        for name in Needs::of(&secrets, &|_| false).databases() {
            let password = database_password(store, &secrets, &name)?;
            databases.insert(name, password);
        }
        let engines = Engines {
            databases: databases
                .iter()
                .map(|(name, password)| (name.clone(), address.of(name, password)))
                .collect(),
            read_databases: BTreeMap::new(),
            // Where it is, a ConfigMap says; the keys are those of one that takes any.
            dynamodb: Some(String::new()),
            // That is a ConfigMap's, and written by hand.
            public_url: None,
            collector: None,
        };
        let made = Needs::of(&secrets, &|_| false).provide(store, &engines)?;
        Ok(Self {
            plan,
            needs: secrets,
            made,
            databases,
        })
    }

    fn create_databases(&self, admin_url: &str) -> Outcome {
        let wanted: Vec<Database<'_>> = self
            .databases
            .iter()
            .map(|(name, password)| Database { name, password })
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(error, ""))?;
        runtime.block_on(make_databases(admin_url, &wanted))?;
        progress(&format!("{} databases and roles are there", wanted.len()));
        Ok(())
    }

    fn write(&self, folder: &Path, options: &SecretsOptions, store: &SecretStore) -> Outcome {
        let variables = self.deck_variables(options, store)?;
        let mut values = self.values();
        for (variable, value) in &variables {
            let key = as_key(variable);
            values.entry(key).or_insert_with(|| value.clone());
        }
        let texts = [
            ("secrets.yaml", files::one_secret(&values)),
            ("databases.sql", files::databases_sql(&self.databases)),
            ("deck.env", files::deck_env(&variables)),
        ];
        let mut written: Vec<PathBuf> = Vec::new();
        for (name, text) in texts {
            let path = folder.join(name);
            files::write(&path, &text)?;
            written.push(path);
        }
        let path = folder.join("credentials.json");
        self.credentials(options.gateway.clone())
            .write(&path)
            .map_err(|error| files::unwritable(&path, &error))?;
        written.push(path);
        let lines: Vec<String> = written
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        answer(&lines.join("\n"));
        Ok(())
    }

    /// What functions and Jobs refer to, each as `<secret>-<key>`. A key pair goes whole: nobody refers to its public half but
    /// functions of the release before, which may still run.
    fn values(&self) -> BTreeMap<String, String> {
        let value = |need: &ConfigNeed, key: &str| {
            let entries = self.made.get(&(need.kind, need.object.clone()))?;
            let name = format!("{}-{}", need.object.name, key.replace('.', "-"));
            Some((name, entries.get(key)?.clone()))
        };
        let referred = self.needs.iter();
        let referred = referred.filter_map(|need| value(need, need.key.as_deref()?));
        let pairs = self.needs.iter();
        let pairs = pairs.filter(|need| need.key.as_deref() == Some(PRIVATE_KEY));
        let public = pairs.filter_map(|need| value(need, PUBLIC_KEY));
        referred.chain(public).collect()
    }

    fn credentials(&self, gateway: String) -> Credentials {
        let needs = Needs::of(&self.needs, &|_| false);
        let config = Config::new(&[], self.made.clone(), HashMap::new());
        Credentials::gather(
            gateway,
            &needs.accounts(),
            &needs.clients(self.plan),
            &config,
        )
    }

    /// The variables of Kong's file that hold a secret, with their values.
    fn deck_variables(
        &self,
        options: &SecretsOptions,
        store: &SecretStore,
    ) -> Outcome<BTreeMap<String, String>> {
        let mut variables = BTreeMap::new();
        for name in planning::secret_variables(&options.sources)? {
            if let Some(value) = gateway_variable(store, &self.plan.needs, &name)? {
                variables.insert(name, value);
            }
        }
        Ok(variables)
    }
}

/// `DECK_CLIENT_ERP_SECRET` is the key `client-erp-secret`.
fn as_key(variable: &str) -> String {
    let name = variable.strip_prefix("DECK_").unwrap_or(variable);
    name.to_lowercase().replace('_', "-")
}
