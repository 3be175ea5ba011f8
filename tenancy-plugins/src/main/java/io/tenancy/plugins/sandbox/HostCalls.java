package io.tenancy.plugins.sandbox;

import io.tenancy.plugins.admission.AdmittedModule;
import io.tenancy.plugins.admission.FuelSchedule;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.capability.HostSignature;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServiceRefusedException;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.engine.spi.HostFunction;
import io.tenancy.plugins.engine.spi.WasmInstance;
import io.tenancy.plugins.engine.spi.WasmTrapException;
import io.tenancy.plugins.sandbox.PluginFailedException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What one call does with its host: each call of the host is counted, charged, written down and answered. */
final class HostCalls {

    static final int NONE = -1;
    static final int NOT_GRANTED = -2;
    static final int QUOTA = -3;
    static final int BAD_INPUT = -4;
    static final int FAILED = -5;

    private static final int MOST_KEY = 256;
    private static final int MOST_LINE = 4_096;
    private static final int MOST_RANDOM = 64 << 10;
    private static final byte[] NOTHING = {};

    // Controls, the ends of lines and paragraphs, and what turns the direction of text: a line of a plugin stays one
    // line,
    // and looks like what it is.
    private static final String UNPRINTABLE = "[\\p{Cc}\\p{Zl}\\p{Zp}\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]";

    private final PluginCall call;
    private final AdmittedModule.Meter meter;
    private final long now;
    private final Randomness random;
    private final Digests transcript = new Digests();
    private final Map<String, PluginEffects.Value> values = new HashMap<>();
    private final Map<String, Long> reads = new HashMap<>();
    private final Map<String, PluginEffects.Listing> listings = new HashMap<>();
    private final List<String> events = new ArrayList<>();
    private final List<PluginEffects.Metric> metrics = new ArrayList<>();
    private final List<String> annotations = new ArrayList<>();
    private byte[] answer = NOTHING;
    private int count;
    private long bytes;
    private long kept;
    private boolean sent;
    private final AtomicReference<@Nullable RuntimeException> fault = new AtomicReference<>();

    HostCalls(PluginCall call, AdmittedModule.Meter meter, long now, Randomness random) {
        this.call = call;
        this.meter = meter;
        this.now = now;
        this.random = random;
    }

    /** Ends a call that calls its host too often. */
    static final class TooManyException extends WasmTrapException {
        private static final long serialVersionUID = 1L;

        TooManyException(String message) {
            super(message);
        }
    }

    List<HostFunction> functions(List<HostSignature> imported) {
        List<HostFunction> functions = new ArrayList<>(imported.size());
        for (HostSignature each : imported) {
            functions.add(new HostFunction(
                    HostSignature.MODULE,
                    each.name(),
                    each.parameters(),
                    each.result(),
                    (caller, arguments) -> answer(each, caller, arguments)));
        }
        return functions;
    }

    PluginEffects effects() {
        return new PluginEffects(values, reads, listings, events, metrics, annotations);
    }

    String transcript() {
        return transcript.hex();
    }

    int count() {
        return count;
    }

    /** Whether a request left, so that the call cannot be repeated. */
    boolean sent() {
        return sent;
    }

    /** What went wrong in the host itself. */
    Optional<RuntimeException> fault() {
        return Optional.ofNullable(fault.get());
    }

    private long answer(HostSignature function, WasmInstance caller, long[] arguments) {
        if (++count > call.limits().hostCalls()) {
            throw new TooManyException(
                    "it called the host more than " + call.limits().hostCalls() + " times");
        }
        charge(caller, FuelSchedule.HOST_CALL);
        transcript.add(function.name());
        try {
            long result = answer(function.name(), caller, arguments);
            transcript.add(result);
            return result;
        } catch (WasmTrapException trap) {
            throw trap;
        } catch (RuntimeException failure) {
            throw failed(function, failure);
        } catch (StackOverflowError | OutOfMemoryError | LinkageError | AssertionError failure) {
            throw failed(function, new IllegalStateException("The host failed in '" + function.name() + "'", failure));
        }
    }

    private WasmTrapException failed(HostSignature function, RuntimeException failure) {
        fault.compareAndSet(null, failure);
        return new WasmTrapException("the host failed in '" + function.name() + "'", failure);
    }

    private void charge(WasmInstance caller, long cost) {
        long left = caller.global(meter.fuel()) - cost;
        caller.setGlobal(meter.fuel(), left);
        if (left < 0) {
            throw new WasmTrapException("the fuel is used up");
        }
    }

    private byte[] read(WasmInstance caller, long pointer, long length) {
        over(caller, length);
        byte[] read = caller.read((int) pointer, (int) length);
        transcript.add(read);
        return read;
    }

    private void over(WasmInstance caller, long length) {
        long unsigned = Integer.toUnsignedLong((int) length);
        bytes += unsigned;
        if (bytes > call.limits().hostBytes()) {
            throw new TooManyException(
                    "more than " + call.limits().hostBytes() + " bytes went between it and the host");
        }
        charge(caller, unsigned);
    }

    /** The text of bytes in UTF-8; empty where they are something else. */
    static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    private boolean has(Capability capability) {
        return call.granted().contains(capability);
    }

    private PluginServices services() {
        return call.services();
    }

    private long answer(String function, WasmInstance caller, long[] a) {
        return switch (function) {
            case "result_read" -> resultRead(caller, (int) a[0], (int) a[1]);
            case "log" -> log(caller, (int) a[0], a[1], a[2]);
            case "kv_get" -> with(Capability.KV, caller, a, this::get);
            case "kv_put" -> put(caller, a);
            case "kv_delete" -> with(Capability.KV, caller, a, this::delete);
            case "kv_list" -> with(Capability.KV, caller, a, this::list);
            case "http_send" -> with(Capability.HTTP, caller, a, this::send);
            case "config_get" ->
                with(Capability.CONFIG, caller, a, key -> found(services().configured(key)));
            case "secret_handle" ->
                with(Capability.SECRETS, caller, a, name -> found(services().secretHandle(name)));
            case "secret_read" ->
                with(
                        Capability.SECRETS_CLEAR,
                        caller,
                        a,
                        name -> found(services().secret(name)));
            case "clock_now" -> clock();
            case "random_fill" -> randomFill(caller, (int) a[0], (int) a[1]);
            case "emit_event" -> with(Capability.EMIT, caller, a, event -> gather(events, "event", event));
            case "emit_metric" -> metric(caller, a);
            case "content_read" ->
                with(
                        Capability.CONTENT_READ,
                        caller,
                        a,
                        query -> found(services().content(query)));
            case "content_annotate" ->
                with(
                        Capability.CONTENT_ANNOTATE,
                        caller,
                        a,
                        annotation -> gather(annotations, "annotation", annotation));
            default -> throw new IllegalStateException("The host has no function '" + function + "'");
        };
    }

    private interface Asked {
        int answer(String text);
    }

    private long with(Capability capability, WasmInstance caller, long[] arguments, Asked asked) {
        Optional<String> text = text(read(caller, arguments[0], arguments[1]));
        if (!has(capability)) {
            return NOT_GRANTED;
        }
        // No name, key or JSON has this character, and databases fail at it.
        return text.filter(each -> each.indexOf('\0') < 0).map(asked::answer).orElse(BAD_INPUT);
    }

    private int keep(byte[] bytes) {
        answer = bytes;
        transcript.add(bytes);
        return bytes.length;
    }

    private int found(Optional<String> text) {
        return text.map(each -> keep(each.getBytes(StandardCharsets.UTF_8))).orElse(NONE);
    }

    private long resultRead(WasmInstance caller, int pointer, int length) {
        int copied = (int) Math.min(Integer.toUnsignedLong(length), answer.length);
        over(caller, copied);
        byte[] part = new byte[copied];
        System.arraycopy(answer, 0, part, 0, copied);
        caller.write(pointer, part);
        return copied;
    }

    private long log(WasmInstance caller, int level, long pointer, long length) {
        byte[] line = read(caller, pointer, Math.min(Integer.toUnsignedLong((int) length), MOST_LINE));
        if (has(Capability.LOG)) {
            // A cut may have gone through a character; what is left of it is of no use to anybody.
            String text = new String(line, StandardCharsets.UTF_8).replaceAll(UNPRINTABLE, " ");
            services().log(Math.max(0, Math.min(3, level)), text);
        }
        return 0;
    }

    private long clock() {
        if (!has(Capability.CLOCK)) {
            return NOT_GRANTED;
        }
        return now;
    }

    private long randomFill(WasmInstance caller, int pointer, int length) {
        if (!has(Capability.RANDOM)) {
            return NOT_GRANTED;
        }
        if (length < 0 || length > MOST_RANDOM) {
            return BAD_INPUT;
        }
        over(caller, length);
        byte[] drawn = random.next(length);
        transcript.add(drawn);
        caller.write(pointer, drawn);
        return length;
    }

    private static boolean isKey(String text, long bytes) {
        return !text.isEmpty() && bytes <= MOST_KEY && text.indexOf('\0') < 0;
    }

    private static int lengthOf(String key) {
        return key.getBytes(StandardCharsets.UTF_8).length;
    }

    private int get(String key) {
        if (!isKey(key, lengthOf(key))) {
            return BAD_INPUT;
        }
        PluginEffects.Value own = values.get(key);
        if (own != null) {
            return own.bytes() == null ? NONE : keep(own.bytes());
        }
        Optional<PluginServices.Stored> stored = services().value(key);
        reads.putIfAbsent(key, stored.map(PluginServices.Stored::version).orElse(0L));
        return stored.map(each -> keep(each.value())).orElse(NONE);
    }

    private long put(WasmInstance caller, long[] a) {
        Optional<String> key = text(read(caller, a[0], a[1]));
        byte[] value = read(caller, a[2], a[3]);
        if (!has(Capability.KV)) {
            return NOT_GRANTED;
        }
        if (key.isEmpty() || !isKey(key.get(), lengthOf(key.get()))) {
            return BAD_INPUT;
        }
        long size = sizeOf(key.get(), value) - sizeOf(key.get(), values.get(key.get()));
        if (kept + size > services().bytesLeft()) {
            return QUOTA;
        }
        kept += size;
        values.put(key.get(), new PluginEffects.Value(value));
        return 0;
    }

    private static long sizeOf(String key, byte[] value) {
        return (long) key.length() * Character.BYTES + value.length;
    }

    /** What a value that this call itself has put takes. */
    private static long sizeOf(String key, PluginEffects.@Nullable Value own) {
        return own == null || own.bytes() == null ? 0 : sizeOf(key, own.bytes());
    }

    private int delete(String key) {
        if (!isKey(key, lengthOf(key))) {
            return BAD_INPUT;
        }
        kept -= sizeOf(key, values.get(key));
        values.put(key, new PluginEffects.Value(null));
        return 0;
    }

    private int list(String prefix) {
        TreeSet<String> keys = new TreeSet<>(services().keys(prefix));
        listings.putIfAbsent(prefix, PluginEffects.Listing.of(keys));
        values.forEach((key, value) -> {
            if (value.bytes() == null) {
                keys.remove(key);
            } else if (key.startsWith(prefix)) {
                keys.add(key);
            }
        });
        return keep(Json.write(keys).getBytes(StandardCharsets.UTF_8));
    }

    private int send(String request) {
        sent = true;
        try {
            return keep(services().send(request).getBytes(StandardCharsets.UTF_8));
        } catch (PluginServiceRefusedException refused) {
            services().log(2, String.valueOf(refused.getMessage()));
            return FAILED;
        }
    }

    private int gather(List<String> list, String what, String json) {
        Optional<String> problem = Json.problemToKeep(json);
        if (problem.isPresent()) {
            services().log(2, "An " + what + " was not taken: " + problem.get());
            return BAD_INPUT;
        }
        list.add(json);
        return 0;
    }

    private long metric(WasmInstance caller, long[] a) {
        Optional<String> name = text(read(caller, a[0], a[1]));
        double value = Double.longBitsToDouble(a[2]);
        transcript.add(a[2]);
        if (!has(Capability.EMIT)) {
            return NOT_GRANTED;
        }
        if (name.isEmpty() || !isKey(name.get(), lengthOf(name.get())) || !Double.isFinite(value)) {
            return BAD_INPUT;
        }
        metrics.add(new PluginEffects.Metric(name.get(), value));
        return 0;
    }

    /** The kind of failure that a trap is, as far as the host knows. */
    Optional<Kind> kindOf(WasmTrapException trap) {
        if (trap instanceof TooManyException || trap.getCause() instanceof TooManyException) {
            return Optional.of(Kind.HOST_CALLS);
        }
        return fault().isPresent() ? Optional.of(Kind.HOST) : Optional.empty();
    }
}
