// SPDX-License-Identifier: MIT OR Apache-2.0
//! numbers NS PID... prints every number of the tasks that have these numbers in
//! a namespace, named by a file such as /proc/4242/ns/pid.

use pidmap::{Handle, Ns, Type};
use std::error::Error;
use std::fs::File;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let file = File::open(args.next().ok_or("usage: numbers NS PID...")?)?;
    let pidmap = Handle::open()?;
    for arg in args {
        match pidmap.pids(Type::Tid, arg.parse()?, Ns::fd(&file)) {
            Ok(pids) => {
                for pid in pids {
                    print!("{} in pid:[{}]  ", pid.nr, pid.inum);
                }
                println!();
            }
            Err(error) => println!("{arg}: {error}"),
        }
    }
    Ok(())
}
