package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageNotStoredException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/** Records of many callers that one force covers. Filled under the lock of {@link GroupCommit}. */
final class Batch {

    private final CompletableFuture<Void> stored = new CompletableFuture<>();
    private final CompletableFuture<Void> told = new CompletableFuture<>();
    private byte[] bytes;
    private int size;
    private int count;
    private boolean watched;

    Batch(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** A list that is longer than the array is taken alone. */
    boolean hasRoomFor(int more) {
        return size == 0 || more <= bytes.length - size;
    }

    void add(EncodedEvents events) {
        if (events.size() > bytes.length - size) {
            bytes = new byte[events.size()];
        }
        System.arraycopy(events.array(), 0, bytes, size, events.size());
        size += events.size();
        count += events.count();
    }

    /** A future of one caller, who cannot complete anybody else's by it. */
    CompletableFuture<Void> watch() {
        watched = true;
        CompletableFuture<Void> watcher = new CompletableFuture<>();
        told.whenComplete((nothing, failure) -> {
            if (failure == null) {
                watcher.complete(null);
            } else {
                watcher.completeExceptionally(failure);
            }
        });
        return watcher;
    }

    void await() {
        try {
            stored.get();
        } catch (ExecutionException e) {
            throw new UsageNotStoredException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UsageNotStoredException(
                    "The thread was interrupted while its usage was being written, so whether it is stored is not known."
                            + " Record it again with the same key: it counts once.",
                    e);
        }
    }

    void succeed(Executor tellers) {
        stored.complete(null);
        if (watched) {
            tellers.execute(() -> told.complete(null));
        }
    }

    void fail(UsageNotStoredException failure, Executor tellers) {
        stored.completeExceptionally(failure);
        if (watched) {
            tellers.execute(() -> told.completeExceptionally(failure));
        }
    }
}
