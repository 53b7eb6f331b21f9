package io.heddle.traffic.format;

import io.heddle.traffic.request.RequestHead;

/// A request of which only its head is known.
record HeadSource(RequestHead request) implements FormatSource {}
