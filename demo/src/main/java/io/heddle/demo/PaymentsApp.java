package io.heddle.demo;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// The `payments` service: takes `{"cents":1299}` and answers with a receipt.
final class PaymentsApp implements App {
    private final Settings settings;
    private final AtomicLong last = new AtomicLong();

    PaymentsApp(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Answer answer(Call call) {
        if (!call.is("POST", "/payments")) {
            return Answer.notFound(call.method() + " " + call.path());
        }
        if (!(Json.object(call.body()).get("cents") instanceof Long cents) || cents < 1) {
            throw new IllegalArgumentException("cents must be a whole number above 0");
        }
        return Answer.json(
                201,
                Map.of(
                        "service",
                        "payments",
                        "instance",
                        settings.instance(),
                        "payment",
                        "p-" + last.incrementAndGet(),
                        "paid",
                        Book.price(cents)));
    }
}
