package io.tenancy.samples.cms;

import org.springframework.boot.SpringApplication;

/** Starts one clinic without the SDK, for work on its pages: {@code --cms.development.clinic=compasso} chooses it. */
final class DevPlainApplication {

    private DevPlainApplication() {}

    public static void main(String[] args) {
        SpringApplication.from(CmsApplication::main).with(PlainDatabase.class).run(args);
    }
}
