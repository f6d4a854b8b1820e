//! The lab's certificate authority: made anew for each lab, its key never leaves the process.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// An authority that clients, edge and handlers of one lab trust.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A certificate and its key, both as PEM.
#[derive(Clone)]
pub struct Identity {
    /// The leaf, then its issuer.
    pub certificate: String,
    /// PKCS #8.
    pub key: String,
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// No key can be made.
    pub fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let name = &mut params.distinguished_name;
        name.push(DnType::CommonName, "gwctl lab");
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate,
        })
    }

    /// Its certificate as PEM, for those who shall trust it.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for `names`: host names or addresses.
    ///
    /// # Errors
    /// A name is none that a certificate can hold.
    pub fn issue(&self, names: &[String]) -> Result<Identity, rcgen::Error> {
        let params = CertificateParams::new(names)?;
        let key = KeyPair::generate()?;
        let leaf = params.signed_by(&key, &self.issuer)?;
        Ok(Identity {
            certificate: format!("{}{}", leaf.pem(), self.certificate),
            key: key.serialize_pem(),
        })
    }
}
