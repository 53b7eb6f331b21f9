package io.heddle.traffic.explain;

import io.heddle.traffic.request.Trace;
import java.util.ArrayList;
import java.util.List;

/// Keeps every step that it is told. Confined to a thread.
final class StepList implements Trace {
    private final List<Step> steps = new ArrayList<>();

    @Override
    public boolean on() {
        return true;
    }

    @Override
    public void decided(String step, String subject, String verdict) {
        steps.add(new Step(step, subject, verdict));
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }
}
