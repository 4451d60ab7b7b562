// SPDX-License-Identifier: GPL-2.0-only
//! Nothing: the tests are in tests/.
