//! `gwctl share init`: the table that a team shares, as a template, with how to deploy it.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;

use super::args::Init;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::output::{print, tell};
use crate::cli::runs::team;
use crate::fleet::{Partition, Region};
use crate::stacks::SHARED_TABLE;

/// The sets of Regions in which DynamoDB offers strong consistency between Regions: three of one (aws-facts §16.1).
const SETS: [&[&str]; 3] = [
    &["us-east-2", "us-west-2", "us-east-1"],
    &["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"],
    &["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
];

/// Prints the template, or writes it, and says what to do with it.
pub fn init(global: &Global, args: &Init) -> Result<Exit, Failure> {
    let (fleet, sites) = fleet(global);
    let regions = match &args.single_region {
        Some(region) => vec![region.clone()],
        None if args.regions.is_empty() => {
            let elsewhere = sites
                .first()
                .filter(|site| Partition::of(site) != Partition::Aws);
            if let Some(site) = elsewhere {
                let why = format!(
                    "gwctl knows no three Regions near {site} between which DynamoDB offers strong consistency"
                );
                return Err(Failure::refused(why)
                    .next(format!("`gwctl share init --single-region {site}`, or another Region of that partition.")));
            }
            near(&sites)
        }
        None => three(&args.regions)?,
    };
    let file = match &args.out {
        None => {
            print(SHARED_TABLE)?;
            "shared.yaml".to_owned()
        }
        Some(path) => {
            let io = |error| Failure::io(format!("write {}", path.display()), &error);
            let mut options = OpenOptions::new();
            let mut file = options
                .write(true)
                .create_new(true)
                .open(path)
                .map_err(io)?;
            file.write_all(SHARED_TABLE.as_bytes()).map_err(io)?;
            path.display().to_string()
        }
    };
    tell(steps(&args.table, &fleet, &regions, &file));
    Ok(Exit::Success)
}

/// The name of the fleet, and its Regions, as far as there is a configuration.
fn fleet(global: &Global) -> (String, Vec<Region>) {
    let fleets = team::config(global).map(|config| config.fleets);
    let fleets = fleets.unwrap_or_default();
    let wanted = global.fleet.as_ref();
    let mut meant = fleets
        .into_iter()
        .filter(|(name, _)| wanted.is_none_or(|wanted| wanted == name));
    match meant.next() {
        Some((name, spec)) => {
            let sites = spec.sites.into_iter().map(|site| site.region);
            (name, sites.collect())
        }
        None => (wanted.cloned().unwrap_or_else(|| "NAME".into()), Vec::new()),
    }
}

/// Three Regions of the set that most of `sites` are near to.
fn near(sites: &[Region]) -> Vec<Region> {
    let begins = |set: &[&str]| set[0].split('-').next().unwrap_or_default().to_owned();
    let close = |set: &&&[&str]| {
        let continent = format!("{}-", begins(set));
        let sites = sites.iter().map(Region::as_str);
        sites.filter(|site| site.starts_with(&continent)).count()
    };
    // Of as many, the first set.
    let nearest = SETS.iter().rev().max_by_key(close);
    let names = nearest.into_iter().copied().flatten().take(3);
    names.filter_map(|name| Region::new(name).ok()).collect()
}

/// Exactly three of one set.
fn three(regions: &[Region]) -> Result<Vec<Region>, Failure> {
    let all_in = |set: &&[&str]| {
        let mut wanted = regions.iter();
        wanted.all(|region| set.contains(&region.as_str()))
    };
    let mut different = regions.to_vec();
    different.sort();
    different.dedup();
    if different.len() == 3 && regions.len() == 3 && SETS.iter().any(all_in) {
        return Ok(regions.to_vec());
    }
    let sets: Vec<String> = SETS.iter().map(|set| set.join(", ")).collect();
    Err(Failure::usage(format!(
        "DynamoDB offers strong consistency between Regions in exactly three Regions of one set: {}",
        sets.join("; or ")
    ))
    .next("`--single-region REGION` puts the table into one Region; the lease shares the fate of that Region."))
}

/// What to do with the template.
fn steps(table: &str, fleet: &str, regions: &[Region], file: &str) -> String {
    let first = regions.first().map_or("REGION", |region| region.as_str());
    let others: Vec<&Region> = regions.iter().skip(1).collect();
    let mut parameters = format!("TableName={table}");
    for (name, region) in ["SecondRegion", "ThirdRegion"].iter().zip(&others) {
        let _ = write!(parameters, " {name}={region}");
    }
    let kind = if others.is_empty() {
        format!(
            "The table is in {first} alone: the lease shares the fate of that Region. While it does not answer, a run holds \
             before its next change, until its operator waives the table. Take a Region that the fleet can do without, or \
             three Regions with strong consistency (leave out --single-region)."
        )
    } else {
        "The table is strongly consistent in its three Regions, and none of them is needed by itself. They cannot be changed \
         later."
            .to_owned()
    };
    let quoted: Vec<String> = regions
        .iter()
        .map(|region| format!("\"{region}\""))
        .collect();
    let section = if fleet
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    {
        fleet.to_owned()
    } else {
        format!("\"{fleet}\"")
    };
    // CloudFormation takes letters, digits and hyphens.
    let stack = table.replace(['_', '.'], "-");
    format!(
        "{kind}\n\nTo deploy it, once, with credentials of the account that gwctl uses:\n\n  aws cloudformation deploy \
         --region {first} --stack-name {stack}-shared --template-file {file} \\\n    --parameter-overrides {parameters}\n\n\
         Then, in the configuration of every machine of the team:\n\n  [fleets.{section}.shared]\n  table = \"{table}\"\n  \
         regions = [{}]\n\n`gwctl doctor` says whether it can hold a lease. `gwctl share push` copies the journals of this \
         machine into it.\n",
        quoted.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(names: &[&str]) -> Vec<Region> {
        names
            .iter()
            .map(|name| Region::new(name).unwrap())
            .collect()
    }

    #[test]
    fn a_table_is_near_most_of_the_fleet_in_three_regions_of_one_set() {
        assert_eq!(
            near(&regions(&["eu-west-1", "eu-north-1", "us-east-1"]))[0].as_str(),
            "eu-central-1"
        );
        assert_eq!(near(&[]), regions(SETS[0]));
        assert_eq!(near(&regions(&["sa-east-1"])), regions(SETS[0]));
    }

    #[test]
    fn three_regions_of_one_set_or_none() {
        assert!(three(&regions(&["eu-west-1", "eu-west-3", "eu-central-1"])).is_ok());
        for wrong in [
            &["us-east-1", "us-east-2"][..],
            &["us-east-1", "us-east-1", "us-east-2"],
            &["us-east-1", "us-east-2", "eu-west-1"],
            &["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"],
        ] {
            assert!(three(&regions(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_steps_name_each_region_and_the_fate_that_a_lease_shares() {
        let three = steps("gwctl", "orders", &regions(SETS[0]), "shared.yaml");
        assert!(
            three.contains("SecondRegion=us-west-2 ThirdRegion=us-east-1"),
            "{three}"
        );
        assert!(three.contains("[fleets.orders.shared]"), "{three}");
        let one = steps("gwctl", "orders", &regions(&["us-east-2"]), "shared.yaml");
        assert!(
            one.contains("shares the fate of that Region") && !one.contains("SecondRegion"),
            "{one}"
        );
    }
}
