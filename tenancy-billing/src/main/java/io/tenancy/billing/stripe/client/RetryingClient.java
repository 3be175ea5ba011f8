package io.tenancy.billing.stripe.client;

import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.net.HttpURLConnectionClient;
import com.stripe.net.StripeRequest;
import com.stripe.net.StripeResponse;
import java.io.IOException;
import java.net.UnknownHostException;

/**
 * Asks again as the library does, and forgets nothing of the tries before the last one: when one of them may have been carried
 * out, it is not known whether it was, although the last one never got there or was too much for Stripe.
 */
final class RetryingClient extends HttpURLConnectionClient {

    private static final int IN_USE = 409;
    private static final int TOO_MANY = 429;
    private static final int FAILED = 500;

    /*
     * Whether a request was surely not carried out, because it was never sent. A connection that was refused does not tell: the
     * JDK's client connects once more by itself when somebody hangs up on it, and then says only how that ended.
     */
    static boolean isNeverSent(ApiConnectionException failure) {
        return failure.getCause() instanceof UnknownHostException;
    }

    @Override
    public StripeResponse requestWithRetries(StripeRequest request) throws StripeException {
        Tries tries = new Tries();
        StripeResponse last;
        try {
            last = tries.requestWithRetries(request);
        } catch (ApiConnectionException failure) {
            throw tries.maybeDone && isNeverSent(failure) ? notKnown(failure) : failure;
        }
        if (tries.maybeDone && (last.code() == TOO_MANY || last.code() == IN_USE)) {
            throw notKnown(new ApiConnectionException("The last try was answered with status " + last.code()));
        }
        return last;
    }

    private static ApiConnectionException notKnown(ApiConnectionException last) {
        return new ApiConnectionException(
                "An earlier try may have been carried out. " + last.getMessage(),
                new IOException("no answer to an earlier try", last));
    }

    /** The tries of one request. */
    private static final class Tries extends HttpURLConnectionClient {
        private boolean maybeDone;

        @Override
        public StripeResponse request(StripeRequest request) throws ApiConnectionException {
            try {
                StripeResponse answer = super.request(request);
                maybeDone |= answer.code() >= FAILED;
                return answer;
            } catch (ApiConnectionException failure) {
                maybeDone |= !isNeverSent(failure);
                throw failure;
            }
        }
    }
}
