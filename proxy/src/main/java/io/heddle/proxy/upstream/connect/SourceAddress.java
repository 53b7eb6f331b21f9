package io.heddle.proxy.upstream.connect;

import java.net.InetAddress;

/// The address that connections to hosts come from in place of this machine's own (Envoy's `original_src`). It is a
/// client's, as a rule, and no address of this machine: that takes `IP_TRANSPARENT`, and routes that lead the answers
/// back here.
///
/// @param address where they come from; each from a port of the kernel's choice
/// @param mark the mark of their packets (`SO_MARK`); 0 for none
public record SourceAddress(InetAddress address, int mark) {}
