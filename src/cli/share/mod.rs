//! `gwctl share`: the table that a team shares.

pub mod args;
mod init;
mod push;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use args::{Share, What};

/// Does what was asked.
pub fn run(global: &Global, asked: &Share) -> Result<Exit, Failure> {
    match &asked.what {
        What::Init(args) => init::init(global, args),
        What::Push => push::push(global),
    }
}
