//! The configuration file: its example, its schema, and how its errors read.

use super::harness::{Home, Ran, fleet};

#[test]
fn init_writes_an_example_that_check_accepts_and_never_overwrites() {
    let home = Home::new();
    let ran = home.run(&["config", "init"]);
    let path = home.path("config/gwctl/config.toml");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains(path.to_str().unwrap()), "{}", ran.out);
    let check = home.run(&["config", "check"]);
    assert_eq!((check.code, check.err.as_str()), (0, ""));
    assert!(check.out.contains("orders (3 Regions)"), "{}", check.out);

    std::fs::write(&path, "# mine").unwrap();
    let again = home.run(&["config", "init"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("exists already"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine");
}

#[test]
fn the_schema_is_json_and_names_the_keys() {
    let schema = Home::new().run(&["config", "schema"]).json();
    assert!(
        schema["$schema"]
            .as_str()
            .is_some_and(|uri| uri.contains("json-schema"))
    );
    assert!(schema["properties"]["fleets"].is_object());
    assert!(schema.to_string().contains("latency_record"));
}

#[test]
fn without_configuration_one_is_told_what_works_without_and_how_to_begin() {
    let home = Home::new();
    for args in [&["status"][..], &["config", "check"], &["doctor"]] {
        let ran = home.run(args);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (3, ""),
            "{args:?}: {}",
            ran.err
        );
        assert!(
            ran.err.contains("there is no configuration file at"),
            "{}",
            ran.err
        );
        assert!(
            ran.err.contains("gwctl demo") && ran.err.contains("gwctl config init"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_misspelt_key_is_shown_at_its_place_with_the_name_that_was_meant() {
    let home = Home::new();
    let path = home
        .configure(&fleet(&["eu-west-1", "us-east-1"]).replace("distribution =", "distibution ="));
    let ran = home.run(&["config", "check"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    let lines = [
        "error: unknown key `distibution`",
        &format!(" --> {}:5:1", path.display()),
        "  |",
        "5 | distibution = \"E2ORDERS0EDGE1\"",
        "  | ^^^^^^^^^^^",
        "  = accepted: `cloudfront`, `distribution`, `hosted_zone`, `latency_record`, `router`, `routing_endpoints`",
        "  = did you mean `distribution`?\n",
    ];
    assert_eq!(ran.err, lines.join("\n"));
}

#[test]
fn every_meaningless_value_is_told_at_once() {
    let home = Home::new();
    let text = fleet(&["us-east-1", "us-east-1"])
        .replace(
            "\"api.orders.example.com\"",
            "\"https://api.orders.example.com\"",
        )
        .replace("\"a1b2c3\"", "\"https://a1b2c3.execute-api\"")
        + "endpoint = \"api\"\n[fleets.orders.thresholds]\nprobe_ms = { warn = 9.0, critical = 1.0 }\n";
    home.configure(&text);
    let ran = home.run(&["status"]);
    assert_eq!(ran.code, 3);
    for says in [
        "is not a host name",
        "us-east-1 is listed twice",
        "is not an identifier",
        "`api` is not a host name",
        "wrong way round",
    ] {
        assert!(ran.err.contains(says), "{says} is not in:\n{}", ran.err);
    }
}

#[test]
fn commands_that_cannot_be_run_are_told_where_they_stand() {
    let home = Home::new();
    let path = home.configure(&format!(
        "[console.commands]\n\
         tail = {{ run = [\"aws\", \"{{regoin}}\"] }}\n\
         stop = {{ run = [\"aws\"], key = \"q\" }}\n\
         quit = {{ run = [\"aws\"] }}\n{}",
        fleet(&["eu-west-1", "us-east-1"])
    ));
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 3);
    for said in [
        "there is no placeholder `{regoin}`",
        "did you mean `{region}`",
        "the key q does something else already",
        "`:quit` is a command of gwctl",
    ] {
        assert!(ran.err.contains(said), "{said} is not in:\n{}", ran.err);
    }
    for line in [2, 3, 4] {
        let place = format!("{}:{line}:", path.display());
        assert!(ran.err.contains(&place), "{place} is not in:\n{}", ran.err);
    }
}

#[test]
fn keys_and_themes_that_do_not_exist_are_told() {
    let home = Home::new();
    let path = home.configure(&format!(
        "[console.keys]\nctrl-q = \"qiut\"\n{}",
        fleet(&["eu-west-1", "us-east-1"])
    ));
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains(&format!("{}:2:", path.display())),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("`qiut` is not an action") && ran.err.contains("did you mean `quit`"),
        "{}",
        ran.err
    );

    home.configure(&format!(
        "[console]\ntheme = \"midnight\"\n{}",
        fleet(&["eu-west-1", "us-east-1"])
    ));
    let ran = home.run(&["config", "check"]);
    assert!(
        ran.code == 3 && ran.err.contains("midnight") && ran.err.contains("dark"),
        "{}",
        ran.err
    );
}

#[test]
fn a_fleet_that_does_not_exist_is_told_with_those_that_do() {
    let home = Home::new();
    home.configure(&fleet(&["eu-west-1", "us-east-1"]));
    let ran = home.run(&["status", "--fleet", "oders"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("there is no fleet `oders`") && ran.err.contains("Did you mean `orders`?"),
        "{}",
        ran.err
    );
    let by_variable = Ran::of(
        home.command(&["status"])
            .env("GWCTL_FLEET", "payments")
            .output()
            .unwrap(),
    );
    assert_eq!(by_variable.code, 2, "{}", by_variable.err);
}

#[test]
fn a_file_that_is_no_text_or_no_file_is_told_as_such() {
    let home = Home::new();
    home.configure("");
    std::fs::write(
        home.path("config/gwctl/config.toml"),
        b"theme = \"\xff\xfe\"",
    )
    .unwrap();
    let ran = home.run(&["config", "check"]);
    assert!(
        ran.code == 3 && ran.err.contains("not UTF-8"),
        "{}",
        ran.err
    );
    let ran = home.run(&[
        "config",
        "check",
        "--config",
        home.path("config").to_str().unwrap(),
    ]);
    assert!(
        ran.code == 3 && ran.err.contains("cannot read"),
        "{}",
        ran.err
    );
}

#[test]
fn escapes_in_a_file_do_not_reach_the_terminal() {
    let home = Home::new();
    home.configure("\"the\\u001b[2Jme\" = 1 # \u{1b}[31m\n");
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 3);
    assert!(!ran.err.contains('\u{1b}'), "{:?}", ran.err);
}

#[test]
fn a_blank_value_in_the_accounts_is_told_at_its_place() {
    let accounts = "[fleets.orders.accounts.dns]\nprofile = \" \"\n\
        [fleets.orders.accounts.edge]\nrole_arn = \"arn:aws:iam::444455556666:role/ops\"\nexternal_id = \"two words\"\n\
        mfa_serial = \"\"\nsession_name = \"\"\n";
    let home = Home::new();
    home.configure(&format!("{}{accounts}", fleet(&["eu-west-1", "us-east-1"])));
    let ran = home.run(&["config", "check"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    for said in [
        "`profile` is blank, or contains a blank",
        "`external_id` is blank, or contains a blank",
        "`mfa_serial` is blank, or contains a blank",
        "`` cannot name a session",
    ] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    // AWS allows blanks in the name of a profile.
    let named = "[fleets.orders.accounts.dns]\nprofile = \"dns prod\"\n";
    home.configure(&format!("{}{named}", fleet(&["eu-west-1", "us-east-1"])));
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn a_handler_is_given_one_code_only() {
    let home = Home::new();
    let text = fleet(&["us-east-1", "eu-west-1"]);
    let checked = |build: &str| {
        home.configure(&format!("{text}\n[fleets.orders.build]\n{build}\n"));
        home.run(&["config", "check"])
    };
    let fine = checked("code = \"reference\"\nregion = { DBInstanceCount = \"1\" }");
    assert_eq!(fine.code, 0, "{}", fine.err);
    for parameters in [
        "region = { CodeS3Bucket = \"orders-code\" }",
        "regions.eu-west-1 = { CodeImageUri = \"orders:7\" }",
    ] {
        let both = checked(&format!("code = \"reference\"\n{parameters}"));
        assert!(both.err.contains("not both"), "{}", both.err);
    }
    let unknown = checked("code = \"sample\"");
    assert!(unknown.err.contains("reference"), "{}", unknown.err);
}

#[test]
fn approvals_are_asked_for_by_the_names_of_actions() {
    let home = Home::new();
    let text = fleet(&["us-east-1", "eu-west-1"]);
    let checked = |rules: &str| {
        home.configure(&format!("{text}\n[fleets.orders.rules]\n{rules}\n"));
        home.run(&["config", "check"])
    };
    let fine = checked("approvals = { promote = 1, evacuate = 2 }");
    assert_eq!(fine.code, 0, "{}", fine.err);
    let unknown = checked("approvals = { evacuat = 1 }");
    assert!(
        unknown.err.contains("there is no action `evacuat`"),
        "{}",
        unknown.err
    );
    assert!(unknown.err.contains("evacuate"), "{}", unknown.err);
    let none = checked("approvals = { promote = 0 }\napproval_lasts_s = 5");
    for said in [
        "0 approvals",
        "a number from 1 to 5",
        "seconds, from 60 to 24 h",
    ] {
        assert!(none.err.contains(said), "{said}: {}", none.err);
    }
}
