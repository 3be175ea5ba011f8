package io.tenancy.plugins.http;

import io.tenancy.plugins.capability.PluginServiceRefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.async.methods.AbstractBinResponseConsumer;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.async.methods.SimpleRequestProducer;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Sends requests of plugins, each at most once: no redirect is followed, nothing is tried again, no cookie is kept. The name
 * of a host is resolved when the connection is made, and the connection goes to just the addresses that were looked at, so
 * that a name cannot lead outside when it is looked at and inside when it is used. Nobody is kept waiting beyond the time,
 * for a name to be resolved neither. Safe for many threads.
 */
public final class HttpGateway implements AutoCloseable {

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    // What says whose request it is, or how it is carried, is the host's to say.
    private static final Set<String> OWN_HEADERS = Set.of(
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "proxy-authorization",
            "proxy-connection",
            "keep-alive",
            "forwarded",
            "via",
            "x-real-ip");

    private static final String FORWARDED = "x-forwarded-";
    private static final int MOST_HEADERS = 200;
    private static final int LONGEST_LINE = 16 << 10;
    private static final long IDLE_SECONDS = 30;
    private static final int LONGEST_MESSAGE = 600;
    private static final int LONGEST_PART = 100;

    private final CloseableHttpAsyncClient client;
    private final ExecutorService senders;
    private final Duration timeout;
    private final int mostBytes;
    private final boolean plain;

    private HttpGateway(Builder builder) {
        timeout = builder.timeout;
        mostBytes = builder.mostBytes;
        plain = builder.plain;
        client = HttpAsyncClients.custom()
                .setHttp1Config(Http1Config.custom()
                        .setMaxHeaderCount(MOST_HEADERS)
                        .setMaxLineLength(LONGEST_LINE)
                        .build())
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        .setDnsResolver(new GuardedResolver(builder.names, builder.reachable))
                        .setMaxConnTotal(builder.connections)
                        .setMaxConnPerRoute(builder.connections)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(builder.timeout))
                                .setTimeToLive(TimeValue.ofMinutes(1))
                                .build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(Timeout.of(builder.timeout))
                        .setConnectionRequestTimeout(Timeout.of(builder.timeout))
                        .setRedirectsEnabled(false)
                        .build())
                .setUserAgent("tenancy-plugins")
                .disableAuthCaching()
                .disableAutomaticRetries()
                .disableConnectionState()
                .disableContentCompression()
                .disableCookieManagement()
                .disableRedirectHandling()
                .build();
        client.start();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                builder.connections,
                builder.connections,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(builder.connections),
                work -> {
                    Thread thread = new Thread(work, "tenancy-plugins-http");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        senders = pool;
    }

    /** How to build one. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends a request and waits for the answer.
     *
     * @param grant where the plugin may send requests
     * @param secrets what handles in values of headers stand for
     * @param request {@code {"method", "url", "headers", "body"}} as JSON
     * @return {@code {"status", "headers", "body"}} as JSON
     * @throws PluginServiceRefusedException when the request is not allowed, or there is no answer in time
     */
    public String send(HttpGrant grant, UnaryOperator<String> secrets, String request) {
        PluginRequest asked = read(request);
        SimpleHttpRequest made = allowed(grant, secrets, asked);
        CompletableFuture<PluginAnswer> answer = new CompletableFuture<>();
        try {
            senders.execute(() -> begin(made, answer));
        } catch (RejectedExecutionException busy) {
            throw refused(asked, "too many other requests are on their way");
        }
        try {
            return HttpJson.write(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException failure) {
            throw refused(asked, "there was no answer: " + told(failure.getCause()));
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw refused(asked, "there was no answer within " + timeout);
        } catch (InterruptedException interrupted) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw refused(asked, "the call of the plugin was ended");
        }
    }

    // A thread that waits for a name to be resolved cannot be interrupted, so it is never that of a call.
    private void begin(SimpleHttpRequest request, CompletableFuture<PluginAnswer> answer) {
        if (answer.isDone()) {
            return;
        }
        try {
            Future<PluginAnswer> exchange = client.execute(
                    new WhileAwaited(SimpleRequestProducer.create(request), answer),
                    new BoundedAnswer(mostBytes),
                    new FutureCallback<>() {
                        @Override
                        public void completed(PluginAnswer result) {
                            answer.complete(result);
                        }

                        @Override
                        public void failed(Exception failure) {
                            answer.completeExceptionally(failure);
                        }

                        @Override
                        public void cancelled() {
                            answer.completeExceptionally(new IOException("the gateway is closed"));
                        }
                    });
            var unused = answer.whenComplete((result, failure) -> exchange.cancel(true));
        } catch (RuntimeException failure) {
            answer.completeExceptionally(failure);
        }
    }

    /** A request that is not sent any more once nobody waits for its answer. */
    private record WhileAwaited(AsyncRequestProducer request, Future<?> answer) implements AsyncRequestProducer {

        @Override
        public void sendRequest(RequestChannel channel, HttpContext context) throws HttpException, IOException {
            if (answer.isDone()) {
                throw new IOException("nobody waits for the answer any more");
            }
            request.sendRequest(channel, context);
        }

        @Override
        public boolean isRepeatable() {
            return false;
        }

        @Override
        public void failed(Exception cause) {
            request.failed(cause);
        }

        @Override
        public int available() {
            return request.available();
        }

        @Override
        public void produce(DataStreamChannel channel) throws IOException {
            request.produce(channel);
        }

        @Override
        public void releaseResources() {
            request.releaseResources();
        }
    }

    private static String told(@Nullable Throwable cause) {
        return cause == null ? "unknown" : cause.getClass().getSimpleName() + ", " + cause.getMessage();
    }

    private static PluginRequest read(String request) {
        try {
            PluginRequest read = HttpJson.read(request);
            if (read == null) {
                throw new PluginServiceRefusedException(
                        "A request is not {\"method\", \"url\", \"headers\", \"body\"}, but null");
            }
            return read;
        } catch (JacksonException broken) {
            throw new PluginServiceRefusedException(line(
                    "A request is not {\"method\", \"url\", \"headers\", \"body\"}: " + broken.getOriginalMessage(),
                    LONGEST_MESSAGE));
        }
    }

    private static PluginServiceRefusedException refused(PluginRequest asked, String why) {
        return new PluginServiceRefusedException(line(
                shown(asked.method()) + " " + shown(asked.url()) + " was not sent or answered: " + why,
                LONGEST_MESSAGE));
    }

    private static String shown(String text) {
        return line(text, LONGEST_PART);
    }

    // Plugins and servers write parts of it, and logs take it.
    private static String line(String text, int longest) {
        String start = text.length() <= longest ? text : text.substring(0, longest) + "...";
        return start.replaceAll("[^ -~]", "?");
    }

    private SimpleHttpRequest allowed(HttpGrant grant, UnaryOperator<String> secrets, PluginRequest asked) {
        URI uri = uri(asked);
        boolean secure = "https".equals(uri.getScheme());
        String host = uri.getHost();
        if (host == null || uri.getRawUserInfo() != null || !(secure || (plain && "http".equals(uri.getScheme())))) {
            throw refused(asked, "it has to go to https, to a host by its name, without a user");
        }
        int usual = secure ? HTTPS_PORT : HTTP_PORT;
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        if (!grant.allows(asked.method(), host, port, usual)) {
            throw refused(
                    asked,
                    "allowed are not " + shown(asked.method()) + " to " + shown(host) + ":" + port + ", but "
                            + grant.methods() + " to " + grant.hosts());
        }
        SimpleRequestBuilder builder =
                SimpleRequestBuilder.create(asked.method()).setUri(uri);
        asked.headers()
                .forEach((name, value) -> builder.addHeader(header(asked, name), text(asked, secrets.apply(value))));
        if (!asked.body().isEmpty()) {
            builder.setBody(asked.body(), ContentType.APPLICATION_JSON.withCharset("UTF-8"));
        }
        return builder.build();
    }

    private static URI uri(PluginRequest asked) {
        try {
            return new URI(asked.url());
        } catch (URISyntaxException broken) {
            throw refused(asked, "it is no URL");
        }
    }

    private static String header(PluginRequest asked, String name) {
        boolean token = !name.isEmpty() && name.chars().allMatch(each -> each > ' ' && each < 0x7F && each != ':');
        String small = name.toLowerCase(Locale.ROOT);
        if (!token || OWN_HEADERS.contains(small) || small.startsWith(FORWARDED)) {
            throw refused(asked, "it may not set header '" + shown(name) + "'");
        }
        return name;
    }

    private static String text(PluginRequest asked, String value) {
        // Others would be sent as something else, which may be the end of a line.
        if (value.chars().anyMatch(each -> each < ' ' || each >= 0x7F)) {
            throw refused(asked, "the value of a header has characters other than those of ASCII that can be printed");
        }
        return value;
    }

    @Override
    public void close() {
        senders.shutdownNow();
        client.close(CloseMode.IMMEDIATE);
    }

    /** Looks at each address that a name leads to; one that leads inside spoils all of them. */
    private record GuardedResolver(Function<String, List<InetAddress>> names, Predicate<InetAddress> reachable)
            implements DnsResolver {

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            List<InetAddress> addresses = names.apply(host);
            if (addresses.isEmpty()) {
                throw new UnknownHostException("nobody knows host '" + host + "'");
            }
            Optional<InetAddress> inside =
                    addresses.stream().filter(each -> !reachable.test(each)).findFirst();
            if (inside.isPresent()) {
                throw new UnknownHostException("host '" + host + "' leads to "
                        + inside.get().getHostAddress() + ", which is not on the public internet");
            }
            return addresses.toArray(InetAddress[]::new);
        }

        @Override
        public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
            return Arrays.stream(resolve(host))
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    private static List<InetAddress> bySystem(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException unknown) {
            return List.of();
        }
    }

    /** What a gateway is made of. */
    public static final class Builder {

        private static final int DEFAULT_BYTES = 256 << 10;
        private static final int DEFAULT_CONNECTIONS = 64;

        private Duration timeout = Duration.ofSeconds(5);
        private int mostBytes = DEFAULT_BYTES;
        private int connections = DEFAULT_CONNECTIONS;
        private boolean plain;
        private Function<String, List<InetAddress>> names = HttpGateway::bySystem;
        private Predicate<InetAddress> reachable = PublicAddresses::contains;

        private Builder() {}

        /**
         * How long a request takes at most, from its beginning to the end of its answer.
         *
         * @param value by default 5 seconds; the deadline of the plugin's call ends it earlier
         * @return this builder
         */
        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        /**
         * How many bytes an answer may have; its headers as many again, but no more than 200 of 16 KiB each.
         *
         * @param value by default 256 KiB
         * @return this builder
         */
        public Builder mostBytes(int value) {
            mostBytes = value;
            return this;
        }

        /**
         * How many connections there are at once.
         *
         * @param value by default 64
         * @return this builder
         */
        public Builder connections(int value) {
            connections = value;
            return this;
        }

        /**
         * Lets requests go to http too, and to addresses inside: for hosts of one's own network that a curator has allowed by
         * name, and for tests.
         *
         * @param addresses which addresses inside
         * @return this builder
         */
        public Builder alsoInside(Predicate<InetAddress> addresses) {
            plain = true;
            reachable = addresses.or(PublicAddresses::contains);
            return this;
        }

        /**
         * How names are resolved.
         *
         * @param value by default as the system does it
         * @return this builder
         */
        public Builder names(Function<String, List<InetAddress>> value) {
            names = value;
            return this;
        }

        /** The gateway, ready to send. */
        public HttpGateway build() {
            return new HttpGateway(this);
        }
    }

    /** An answer, read as far as it may be. */
    private static final class BoundedAnswer extends AbstractBinResponseConsumer<PluginAnswer> {

        private final int mostBytes;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final Map<String, String> headers = new TreeMap<>();
        private int status;

        BoundedAnswer(int mostBytes) {
            this.mostBytes = mostBytes;
        }

        @Override
        protected void start(HttpResponse response, @Nullable ContentType type) throws HttpException {
            status = response.getCode();
            long bytes = 0;
            for (Header header : response.getHeaders()) {
                bytes += header.getName().length()
                        + String.valueOf(header.getValue()).length();
                if (bytes > mostBytes) {
                    throw new HttpException("the headers of the answer have more than " + mostBytes + " bytes");
                }
                headers.merge(
                        header.getName().toLowerCase(Locale.ROOT),
                        String.valueOf(header.getValue()),
                        (first, second) -> first + ", " + second);
            }
        }

        @Override
        protected int capacityIncrement() {
            return mostBytes;
        }

        @Override
        protected void data(ByteBuffer source, boolean endOfStream) throws IOException {
            if (body.size() + source.remaining() > mostBytes) {
                throw new IOException("the answer has more than " + mostBytes + " bytes");
            }
            byte[] part = new byte[source.remaining()];
            source.get(part);
            body.write(part);
        }

        @Override
        protected PluginAnswer buildResult() {
            return new PluginAnswer(status, headers, body.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void releaseResources() {}
    }
}
