/// What messages of several kinds are made of, mostly from Envoy's `config.core.v3` and `type`, and how every reader
/// tells what it found.
///
/// What lives here: places and problems ([io.heddle.xds.read.core.Scope]), declared fields
/// ([io.heddle.xds.read.core.Fields]), small values, matchers, formats, texts of heads and changes of them, and which
/// HTTP is spoken. What must not: whatever belongs to one kind of resource. Start reading at
/// [io.heddle.xds.read.core.Scope].
@NullMarked
package io.heddle.xds.read.core;

import org.jspecify.annotations.NullMarked;
