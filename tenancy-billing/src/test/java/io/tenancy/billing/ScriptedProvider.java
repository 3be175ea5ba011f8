package io.tenancy.billing;

import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.payment.PaymentRequest;
import io.tenancy.billing.payment.PaymentResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/** A provider that collects, answers what tests tell it to, and moves money once for each key, as real ones do. */
public final class ScriptedProvider implements PaymentProvider {

    public static final String NAME = "cards";

    private static final PaymentResult SUCCEEDS = new PaymentResult.Succeeded("");

    /** What it was asked, each time. */
    public final List<PaymentRequest> asked = new CopyOnWriteArrayList<>();

    private final ConcurrentLinkedDeque<Answer> script = new ConcurrentLinkedDeque<>();
    private final Map<String, String> moved = new ConcurrentHashMap<>();

    /** An answer. */
    @FunctionalInterface
    public interface Answer {
        PaymentResult to(PaymentRequest request) throws Exception;
    }

    /** What it answers next; afterwards, that the money was moved. */
    public ScriptedProvider then(Answer answer) {
        script.add(answer);
        return this;
    }

    public ScriptedProvider thenDecline(boolean hard) {
        return then(request -> new PaymentResult.Declined("no_funds", "there is no money", hard));
    }

    public ScriptedProvider thenPending() {
        return then(request -> new PaymentResult.Pending("pending:" + request.key()));
    }

    /** Moves the money, but the answer gets lost. */
    public ScriptedProvider thenMoveAndFail() {
        return then(request -> {
            succeed(request);
            throw new IllegalStateException("The answer got lost");
        });
    }

    public void forget() {
        script.clear();
        asked.clear();
    }

    /** How often money was moved. */
    public int moves() {
        return moved.size();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean worksInSandbox() {
        return true;
    }

    @Override
    public boolean collects() {
        return true;
    }

    @Override
    public PaymentResult collect(PaymentRequest request) throws Exception {
        return answer(request);
    }

    @Override
    public PaymentResult refund(PaymentRequest request) throws Exception {
        return answer(request);
    }

    private PaymentResult answer(PaymentRequest request) throws Exception {
        asked.add(request);
        Answer next = script.poll();
        PaymentResult result = next == null ? SUCCEEDS : next.to(request);
        return result == SUCCEEDS ? succeed(request) : result;
    }

    private PaymentResult succeed(PaymentRequest request) {
        return new PaymentResult.Succeeded(moved.computeIfAbsent(request.key().toString(), key -> "card:" + key));
    }
}
