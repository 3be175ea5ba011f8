package io.tenancy.plugins.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tenancy.plugins.capability.PluginServiceRefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpGatewayTest {

    private static final UnaryOperator<String> NO_SECRETS = UnaryOperator.identity();

    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch released = new CountDownLatch(1);
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private HttpServer server;
    private String host;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hello", exchange -> answer(exchange, 200, "hello"));
        server.createContext("/away", exchange -> {
            exchange.getResponseHeaders().add("Location", "/hello");
            answer(exchange, 302, "");
        });
        server.createContext("/long", exchange -> answer(exchange, 200, "x".repeat(2_000)));
        server.createContext("/never", exchange -> {
            try {
                released.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            answer(exchange, 200, "late");
        });
        server.setExecutor(workers);
        server.start();
        host = "api.example.org:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange, int status, String body) throws IOException {
        seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("X-Token") + " "
                + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @AfterEach
    void stop() {
        released.countDown();
        server.stop(0);
        workers.shutdownNow();
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(literal, impossible);
        }
    }

    /** One to which the server on this machine counts as outside. */
    private static HttpGateway.Builder gateway() {
        return HttpGateway.builder()
                .alsoInside(InetAddress::isLoopbackAddress)
                .names(name -> List.of(InetAddress.getLoopbackAddress()))
                .mostBytes(1_000)
                .timeout(Duration.ofSeconds(10));
    }

    private HttpGrant grant() {
        return new HttpGrant(Set.of(host), Set.of("GET", "POST"));
    }

    private String send(HttpGateway.Builder builder, String request) {
        try (HttpGateway gateway = builder.build()) {
            return gateway.send(grant(), NO_SECRETS, request);
        }
    }

    private String get(String path) {
        return "{\"url\": \"http://" + host + path + "\"}";
    }

    @Test
    void aRequestToAnAllowedHostIsSentAndAnswered() {
        String answer = send(
                gateway(),
                "{\"method\": \"POST\", \"url\": \"http://" + host
                        + "/hello?a=1\", \"headers\": {\"X-Token\": \"t\"}, \"body\": \"{}\"}");

        assertThat(seen).containsExactly("POST /hello?a=1 t {}");
        assertThat(answer).contains("\"status\":200").contains("\"body\":\"hello\"");
    }

    @Test
    void aSecretStandsInAHeaderAndThePluginSeesItsHandleOnly() {
        try (HttpGateway gateway = gateway().build()) {
            gateway.send(
                    grant(),
                    value -> value.replace("handle-1", "s3cret"),
                    "{\"url\": \"http://" + host + "/hello\", \"headers\": {\"X-Token\": \"handle-1\"}}");
        }

        assertThat(seen).containsExactly("GET /hello s3cret ");
    }

    @Test
    void aRedirectIsNotFollowed() {
        assertThat(send(gateway(), get("/away"))).contains("\"status\":302").contains("\"location\":\"/hello\"");
        assertThat(seen).hasSize(1);
    }

    @Test
    void anAnswerThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> send(gateway(), get("/long")))
                .isInstanceOf(PluginServiceRefusedException.class)
                .hasMessageContaining("more than 1000 bytes");
    }

    @Test
    void anAnswerThatDoesNotComeIsNotWaitedForAndAskedOnce() {
        assertThatThrownBy(() -> send(gateway().timeout(Duration.ofMillis(300)), get("/never")))
                .hasMessageContaining("no answer");
        released.countDown();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"url\": \"https://other.example.org/\"}",
                "{\"url\": \"http://127.0.0.1/\"}",
                "{\"url\": \"http://[::1]/\"}",
                "{\"url\": \"file:///etc/passwd\"}",
                "{\"url\": \"http://user@HOST/hello\"}",
                "{\"url\": \"http://HOST\\\\@other.example.org/\"}",
                "{\"method\": \"DELETE\", \"url\": \"http://HOST/hello\"}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"Host\": \"inside\"}}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"X\": \"a\\r\\nHost: inside\"}}",
                "{\"url\": \"http://HOST/hello\", \"follow\": true}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"X\": \"a\\u010aHost: inside\"}}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"X\": \"a\\u2028b\"}}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"X (a)\": \"b\"}}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"X-Forwarded-Port\": \"b\"}}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"a\": null}}",
                "{\"url\": \"http://HOST./hello\"}",
                "{\"url\": \"http://api.example.org:0/hello\"}",
                "{\"url\": \"http:HOST/hello\"}",
                "null",
                "[]"
            })
    void aRequestThatIsNotAllowedIsNotSent(String request) {
        assertThatThrownBy(() -> send(gateway(), request.replace("HOST", host)))
                .isInstanceOf(PluginServiceRefusedException.class);
        assertThat(seen).isEmpty();
    }

    /** A server that says what it is given, and then, again and again, what it is given next. */
    private String rawly(HttpGateway.Builder builder, String begin, String again, int times, Duration pause)
            throws IOException {
        try (ServerSocket raw = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            workers.execute(() -> {
                try (Socket socket = raw.accept()) {
                    OutputStream out = socket.getOutputStream();
                    out.write(begin.getBytes(StandardCharsets.ISO_8859_1));
                    out.flush();
                    for (int i = 0; i < times; i++) {
                        out.write(again.getBytes(StandardCharsets.ISO_8859_1));
                        out.flush();
                        if (released.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                            return;
                        }
                    }
                    out.write("\r\n\r\nend".getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException hungUp) {
                    seen.add("hung up");
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            });
            String name = "api.example.org:" + raw.getLocalPort();
            try (HttpGateway gateway = builder.build()) {
                return gateway.send(
                        new HttpGrant(Set.of(name), Set.of("GET")), NO_SECRETS, "{\"url\": \"http://" + name + "/\"}");
            }
        }
    }

    @Test
    void anAnswerWithMoreHeadersThanAnybodyNeedsIsRefused() {
        assertThatThrownBy(() -> rawly(
                        gateway().mostBytes(1 << 20),
                        "HTTP/1.1 200 OK\r\nConnection: close\r\n",
                        "X-Padding: " + "x".repeat(100) + "\r\n",
                        1_000,
                        Duration.ZERO))
                .isInstanceOf(PluginServiceRefusedException.class)
                .hasMessageContaining("header");
    }

    @Test
    void anAnswerWithAHeaderThatDoesNotEndIsRefused() {
        assertThatThrownBy(() -> rawly(
                        gateway().mostBytes(1 << 20),
                        "HTTP/1.1 200 OK\r\nConnection: close\r\nX-Padding: ",
                        "x".repeat(1_000),
                        1_000,
                        Duration.ZERO))
                .isInstanceOf(PluginServiceRefusedException.class)
                .hasMessageContaining("line");
    }

    @Test
    void headersCountAsBytesOfTheAnswer() {
        assertThatThrownBy(() -> rawly(
                        gateway(),
                        "HTTP/1.1 200 OK\r\nConnection: close\r\n",
                        "X-Padding: " + "x".repeat(100) + "\r\n",
                        15,
                        Duration.ZERO))
                .isInstanceOf(PluginServiceRefusedException.class)
                .hasMessageContaining("more than 1000 bytes");
    }

    @Test
    void anAnswerThatTricklesIsNotWaitedForAndItsConnectionIsEnded() {
        assertThatThrownBy(() -> rawly(
                        gateway().timeout(Duration.ofMillis(500)),
                        "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
                        "x",
                        800,
                        Duration.ofMillis(20)))
                .isInstanceOf(PluginServiceRefusedException.class)
                .hasMessageContaining("no answer within");
    }

    @Test
    void aConnectionWhoseAnswerWasNotWaitedForIsNotInTheWayOfTheNext() {
        try (HttpGateway gateway =
                gateway().connections(1).timeout(Duration.ofSeconds(2)).build()) {
            assertThatThrownBy(() -> gateway.send(grant(), NO_SECRETS, get("/never")))
                    .isInstanceOf(PluginServiceRefusedException.class);

            assertThat(gateway.send(grant(), NO_SECRETS, get("/hello"))).contains("\"body\":\"hello\"");
        } finally {
            released.countDown();
        }
    }

    @Test
    void aNameThatIsResolvedForLongKeepsNobodyWaitingBeyondTheTime() {
        List<Boolean> resolved = Collections.synchronizedList(new ArrayList<>());
        HttpGateway.Builder slow = gateway().timeout(Duration.ofMillis(300)).names(name -> {
            try {
                resolved.add(released.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException interrupted) {
                // As the system's resolver does.
                resolved.add(false);
            }
            return List.of(InetAddress.getLoopbackAddress());
        });

        try (HttpGateway gateway = slow.build()) {
            assertThatThrownBy(() -> gateway.send(grant(), NO_SECRETS, get("/hello")))
                    .isInstanceOf(PluginServiceRefusedException.class)
                    .hasMessageContaining("no answer within");
            assertThat(resolved).as("it was waited for").isEmpty();

            released.countDown();
            assertThat(gateway.send(grant(), NO_SECRETS, get("/hello?next"))).contains("hello");
        } finally {
            released.countDown();
        }
        assertThat(seen).as("what nobody waits for is not sent").noneMatch(each -> each.contains("/hello "));
    }

    @Test
    void namesThatAreNeverResolvedAreNotWaitedForByMoreThanABoundedNumber() {
        HttpGateway.Builder slow = gateway()
                .connections(1)
                .timeout(Duration.ofMillis(300))
                .names(name -> {
                    try {
                        released.await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    return List.of(InetAddress.getLoopbackAddress());
                });

        try (HttpGateway gateway = slow.build()) {
            // One is at it, and one waits for it.
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> gateway.send(grant(), NO_SECRETS, get("/hello")))
                        .hasMessageContaining("no answer within");
            }

            assertThatThrownBy(() -> gateway.send(grant(), NO_SECRETS, get("/hello")))
                    .isInstanceOf(PluginServiceRefusedException.class)
                    .hasMessageContaining("too many other requests");
        } finally {
            released.countDown();
        }
    }

    @Test
    void aBombThatIsPackedStaysPacked() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(packed)) {
            zip.write(new byte[500_000]);
        }
        server.createContext("/bomb", exchange -> {
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, packed.size());
            exchange.getResponseBody().write(packed.toByteArray());
            exchange.close();
        });

        assertThat(send(gateway(), get("/bomb"))).contains("\"status\":200").hasSizeLessThan(10_000);
    }

    @Test
    void aRedirectToThisMachineIsNotFollowed() {
        server.createContext("/inside", exchange -> {
            exchange.getResponseHeaders()
                    .add("Location", "http://127.0.0.1:" + server.getAddress().getPort() + "/hello");
            answer(exchange, 307, "");
        });

        assertThat(send(gateway(), get("/inside"))).contains("\"status\":307");
        assertThat(seen).singleElement().asString().startsWith("GET /inside");
    }

    @Test
    void proxiesOfTheMachineAreNotAsked() {
        String before = System.setProperty("http.proxyHost", "127.0.0.1");
        System.setProperty("http.proxyPort", "1");
        try {
            assertThat(send(gateway(), get("/hello"))).contains("\"body\":\"hello\"");
        } finally {
            System.clearProperty("http.proxyPort");
            if (before == null) {
                System.clearProperty("http.proxyHost");
            } else {
                System.setProperty("http.proxyHost", before);
            }
        }
    }

    @Test
    void oneAddressInsideAmongManyOutsideSpoilsTheName() {
        HttpGateway.Builder guarded = HttpGateway.builder()
                .alsoInside(address -> false)
                .names(name -> List.of(address("93.184.216.34"), address("::ffff:127.0.0.1")));

        assertThatThrownBy(() -> send(guarded, get("/hello"))).hasMessageContaining("not on the public internet");
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"url\": \"http://HOST/a\\nERROR somebody signed in\"}",
                "{\"url\": \"http://other.example.org/\\u202e\"}",
                "{\"url\": \"LONG\"}",
                "{\"method\": \"GET\\nERROR\", \"url\": \"http://HOST/hello\"}",
                "{\"method\": \"LONG\", \"url\": \"http://HOST/hello\"}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"a\\n\\u202eb\": \"c\"}}",
                "{\"url\": \"http://HOST/hello\", \"headers\": {\"LONG\": \"\\u00e9\"}}",
                "nonsense\u202e",
                "{\"LONG\": 1}"
            })
    void whatIsSaidOfARequestIsOneShortLineOfPlainText(String request) {
        assertThatThrownBy(() -> send(gateway(), request.replace("HOST", host).replace("LONG", "x".repeat(20_000))))
                .isInstanceOf(PluginServiceRefusedException.class)
                .extracting(Throwable::getMessage)
                .asString()
                .matches("[ -~]{1,800}");
    }

    @Test
    void aNameThatLeadsInsideIsRefused() {
        HttpGateway.Builder guarded = HttpGateway.builder()
                .alsoInside(address -> false)
                .names(name -> List.of(InetAddress.getLoopbackAddress()));

        assertThatThrownBy(() -> send(guarded, get("/hello"))).hasMessageContaining("not on the public internet");
        assertThat(seen).isEmpty();
    }

    @Test
    void aNameThatLeadsInsideAtTheSecondLookIsRefusedToo() {
        AtomicInteger looks = new AtomicInteger();
        HttpGateway.Builder rebinding = HttpGateway.builder()
                .alsoInside(address -> false)
                .names(name -> List.of(
                        looks.getAndIncrement() == 0 ? address("93.184.216.34") : InetAddress.getLoopbackAddress()));

        try (HttpGateway gateway = rebinding.timeout(Duration.ofMillis(300)).build()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> gateway.send(grant(), NO_SECRETS, get("/hello")))
                        .isInstanceOf(PluginServiceRefusedException.class);
            }
        }
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "127.0.0.1",
                "169.254.169.254",
                "172.31.255.255",
                "192.0.0.8",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "2002:a00:1::",
                "2001::1",
                "2001:db8::1",
                "fec0::1",
                "3fff::1"
            })
    void anAddressThatLeadsInsideIsNotPublic(String literal) {
        assertThat(PublicAddresses.contains(address(literal))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:220:1::1", "2a00:1450::1"})
    void anAddressOfTheInternetIsPublic(String literal) {
        assertThat(PublicAddresses.contains(address(literal))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "*.example.org", "127.0.0.1", "localhost", "http://a.example.org", "a.example.org/", ""})
    void whatIsNoNameOfAHostCannotBeAllowed(String host) {
        assertThatThrownBy(() -> new HttpGrant(Set.of(host), Set.of("GET")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + host + "'");
    }
}
