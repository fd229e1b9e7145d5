package dev.latchkey.sandbox;

import java.util.concurrent.CountDownLatch;

/** Starts a sandbox as a process: {@code java -jar partner-sandbox.jar --port 8600}. */
public final class SandboxMain {

    private SandboxMain() {}

    /** Runs until the process is told to stop. */
    public static void main(String[] args) throws InterruptedException {
        int port;
        try {
            port = port(args);
        } catch (IllegalArgumentException wrong) {
            System.err.println("usage: partner-sandbox [--port N]   (0, the default, takes a free port)");
            System.exit(2);
            return;
        }
        Sandbox sandbox = Sandbox.start(SandboxConfig.defaults().withPort(port));
        Runtime.getRuntime().addShutdownHook(new Thread(sandbox::close, "stop"));
        System.out.println("partner sandbox ready on " + sandbox.baseUri());
        System.out.flush();
        new CountDownLatch(1).await();
    }

    private static int port(String[] args) {
        if (args.length == 0) {
            return 0;
        }
        int port = args.length == 2 && args[0].equals("--port") ? Integer.parseInt(args[1]) : -1;
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port");
        }
        return port;
    }
}
