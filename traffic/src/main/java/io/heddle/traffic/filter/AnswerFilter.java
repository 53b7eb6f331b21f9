package io.heddle.traffic.filter;

/// What a filter does about the answer to one request, once its head is there. The filter leaves it behind when it sees
/// the request ([FilterRequest#onAnswer]), with what it has to remember.
@FunctionalInterface
public interface AnswerFilter {
    /// The head has come, and was seen by the filters that stand behind this one in the chain.
    void onAnswer(FilterAnswer answer);
}
