package io.heddle.traffic.balance;

import java.util.concurrent.atomic.AtomicInteger;

/// Weights by which a counter that goes up by one takes places in turn, each in proportion to its weight and evenly
/// spread (gRPC's static stride scheduler, gRFC A58). Immutable.
///
/// Weights are scaled to 16 bits. The counter walks over the places; in each round a place is taken or passed over. The
/// heaviest one is taken in every round, so a draw looks at each place once at most.
final class Strides {
    private static final int FULL = 0xFFFF;

    private final int[] weights;

    private Strides(int[] weights) {
        this.weights = weights;
    }

    /// By these weights, of which those above 0 count as they are and the others as the smallest there can be.
    static Strides of(double[] weights) {
        double max = 0;
        for (double weight : weights) {
            max = Math.max(max, weight);
        }
        var scaled = new int[weights.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = max > 0 ? (int) Math.max(1, weights[i] / max * FULL) : FULL;
        }
        return new Strides(scaled);
    }

    /// The place that is next by `sequence`, which goes up.
    int next(AtomicInteger sequence) {
        while (true) {
            long number = Integer.toUnsignedLong(sequence.getAndIncrement());
            int index = (int) (number % weights.length);
            long round = number / weights.length;
            int weight = weights[index];
            if ((weight * round + (long) index * (FULL / 2)) % FULL < weight) {
                return index;
            }
        }
    }
}
