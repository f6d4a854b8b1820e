//! The routes of an HTTP API: which function answers which request, and who may ask for it.

use http::Method;

/// A route of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRoute {
    /// As API Gateway names it: `GET /orders/{id}`, `$default`.
    pub key: String,
    /// Which of the API's functions answers, by its place among them.
    pub function: usize,
    /// Whether everybody may ask, also where the API has IAM authorization: authorization is a route's own.
    pub open: bool,
}

impl ApiRoute {
    /// Those of the orders API: the first function reads, the second one writes. Route 53's checkers do not sign.
    pub fn of_orders() -> Vec<Self> {
        vec![
            Self::new("GET /health", 0).open(),
            Self::new("GET /orders/{id}", 0),
            Self::new("GET /orders", 0),
            Self::new("POST /orders", 1),
            Self::new("$default", 0),
        ]
    }

    /// A route with the authorization that the API has.
    pub fn new(key: &str, function: usize) -> Self {
        Self {
            key: key.to_owned(),
            function,
            open: false,
        }
    }

    /// One that everybody may ask for.
    #[must_use]
    pub fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// What stands in the path's variables, if the route takes the request.
    fn variables<'a>(&'a self, method: &Method, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let (wanted, pattern) = self.key.split_once(' ')?;
        if wanted != "ANY" && wanted != method.as_str() {
            return None;
        }
        let parts = || pattern.split('/').zip(path.split('/'));
        let name = |part: &'a str| part.strip_prefix('{')?.strip_suffix('}');
        let same = pattern.split('/').count() == path.split('/').count()
            && parts()
                .all(|(part, given)| part == given || name(part).is_some() && !given.is_empty());
        let variables = parts().filter_map(|(part, given)| Some((name(part)?, given)));
        same.then(|| variables.collect())
    }
}

/// A route that was chosen, with the path's variables.
pub(super) type Chosen<'a> = (&'a ApiRoute, Vec<(&'a str, &'a str)>);

/// The route of a request: a full match, else one with variables, else `$default`; none is a 404.
pub(super) fn choose<'a>(
    routes: &'a [ApiRoute],
    method: &Method,
    path: &'a str,
) -> Option<Chosen<'a>> {
    let matching = routes
        .iter()
        .filter_map(|route| Some((route, route.variables(method, path)?)));
    let best = matching.min_by_key(|(_, variables)| variables.len());
    let default = || routes.iter().find(|route| route.key == "$default");
    best.or_else(|| Some((default()?, Vec::new())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_route_takes_a_request() {
        let keys = [
            "$default",
            "GET /orders/{id}",
            "GET /orders/new",
            "POST /orders",
        ];
        let routes: Vec<ApiRoute> = keys.into_iter().map(|key| ApiRoute::new(key, 0)).collect();
        let key = |method: &Method, path| {
            let (route, variables) = choose(&routes, method, path)?;
            let variables = variables
                .into_iter()
                .map(|(name, value)| format!(" {name}={value}"));
            Some(variables.fold(route.key.clone(), |key, one| key + &one))
        };
        for (method, path, expected) in [
            (&Method::GET, "/orders/new", "GET /orders/new"),
            (&Method::GET, "/orders/7", "GET /orders/{id} id=7"),
            (&Method::GET, "/orders/", "$default"),
            (&Method::GET, "/orders/7/lines", "$default"),
            (&Method::POST, "/orders", "POST /orders"),
            (&Method::PUT, "/orders", "$default"),
        ] {
            assert_eq!(
                key(method, path).as_deref(),
                Some(expected),
                "{method} {path}"
            );
        }
        assert_eq!(choose(&routes[1..], &Method::PUT, "/orders"), None);
    }
}
