package io.heddle.traffic.body;

import io.heddle.traffic.ratelimit.TokenBucket;
import java.time.Duration;

/// How fast a body may go.
///
/// @param bucket a token for each byte; bodies may share it
/// @param interval how long a body that finds no tokens waits for some
public record ByteRate(TokenBucket bucket, Duration interval) {}
