package io.heddle.proxy.body;

/// Counts the bytes that go into a change and those that come out.
@FunctionalInterface
interface Tally {
    void count(long in, long out);
}
