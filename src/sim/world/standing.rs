//! What stands: which Regions are complete and can serve, and where clients' requests come in.

use super::State;
use super::model::CustomDomain;
use super::names;
use super::replication::Member;
use crate::world::parts::front::Front;
use crate::world::parts::member_series::MemberSeries;
use crate::world::parts::present::Present;
use crate::world::parts::site_series::SiteSeries;
use gwctl_fleet::Region;

impl State {
    /// The index of a Region; it is one of the fleet's from now on.
    pub(super) fn site_in(&mut self, region: &Region) -> usize {
        self.fleet.site_of(region).unwrap_or_else(|| {
            self.fleet.add(self.present.seed, region);
            self.fleet.look_at(&self.faults, self.present.seed);
            self.edge.learn(region);
            self.fleet.sites.len() - 1
        })
    }

    /// The database has a member in a Region where nothing of the API stands.
    pub(super) fn watch_member(&mut self, region: &Region) {
        let site = self.site_in(region);
        let cluster = names::cluster(region);
        let series = MemberSeries::new(&mut self.metrics, region, &cluster);
        let Present { seed, now } = self.present;
        let member = Member::new(seed, (region, &cluster), site, now);
        self.database.join(member, series);
    }

    /// Something was made, deleted or is answered by DNS now: who serves, and where requests come in.
    pub(super) fn look_at_fleet(&mut self) {
        for site in 0..self.fleet.sites.len() {
            self.look_at_site(site);
        }
        self.look_at_front();
    }

    fn look_at_site(&mut self, site: usize) {
        let region = self.fleet.regions()[site].clone();
        let domains = self.resources.custom_domains.iter();
        let mut here = domains.filter(|one| one.region == region);
        let found = here.find_map(|domain| Some((domain, self.behind(domain)?)));
        let Some((domain, functions)) = found else {
            // Its name is kept: requests still go there for as long as DNS says so.
            self.fleet.sites[site].standing = false;
            return;
        };
        let (host, api) = (domain.name.clone(), domain.api.clone());
        let reserved = match functions.as_slice() {
            [handler] => self.resources.function(&region, handler),
            _ => None,
        };
        let reserved = reserved.and_then(|one| one.reserved_concurrency);
        let one = &mut self.fleet.sites[site];
        one.standing = true;
        one.reserved = reserved;
        one.host = Some(host);
        if one.api.as_ref() != Some(&api) {
            let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
            let mut apis = self.resources.apis.iter();
            let found = apis.find(|known| known.region == region && known.id == api);
            one.series = found.map(|api| SiteSeries::new(&mut self.metrics, api, &functions));
            one.api = Some(api);
        }
    }

    /// The functions behind a custom domain, when all of the way there is complete: the name in DNS, API,
    /// stage, route and functions.
    fn behind(&self, domain: &CustomDomain) -> Option<Vec<String>> {
        if domain.status == "PENDING" || !self.dns.leads(&domain.name, &domain.regional_domain) {
            return None;
        }
        let mut apis = self.resources.apis.iter();
        let api = apis.find(|one| one.region == domain.region && one.id == domain.api)?;
        api.stages.iter().find(|one| one.name == domain.stage)?;
        let functions = self.resources.handlers(&domain.region, &api.id);
        let active = |name: &String| {
            self.resources
                .function(&domain.region, name)
                .is_some_and(|one| one.state == "Active" && !one.waits_for_code())
        };
        (!functions.is_empty() && functions.iter().all(active)).then_some(functions)
    }

    /// The distribution that DNS leads clients to, once it is everywhere and its router exists.
    fn look_at_front(&mut self) {
        let known = self.edge.front();
        let front = self.resources.distributions.iter().find_map(|one| {
            let known = known.is_some_and(|front| front.distribution == one.id);
            let router = one.origin_request_function.as_ref()?;
            let router = router.split(':').nth(6)?;
            let serves = one.enabled && (known || one.status == "Deployed");
            self.resources
                .function(&Region::global(), router)
                .filter(|_| serves)?;
            let mut names = one.aliases.iter();
            Front::of(one, names.find(|name| self.dns.leads(name, &one.domain))?)
        });
        self.edge.lead_to(front, &mut self.metrics);
    }
}
