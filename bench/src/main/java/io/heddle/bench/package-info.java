/// JMH micro-benchmarks of decisions: what one request pays for routing and picking.
@NullMarked
package io.heddle.bench;

import org.jspecify.annotations.NullMarked;
