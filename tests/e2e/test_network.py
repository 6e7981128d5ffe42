"""Networks of companies: proxies, private certificates, certificates of clients."""
import base64
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from harness import KEY, Case, execution, junit, run, world

USER, PASSWORD = "anna", "pr0xy-p4ssword"
REPORT = junit(("a", "VKMC-TC-1", ""))


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificates(folder):
    """ca.pem, and by it server.pem, other.pem (another name), late.pem (is over), client.pem."""
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(
        folder,
        "req",
        "-x509",
        *new_key,
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-subj",
        "/CN=Our CA",
    )
    for name, names, end in (
        ("server", "DNS:localhost,IP:127.0.0.1,IP:0.0.0.0", "20401231235959Z"),
        ("other", "DNS:elsewhere.example.com", "20401231235959Z"),
        ("late", "DNS:localhost,IP:127.0.0.1,IP:0.0.0.0", "20200102000000Z"),
        ("client", "DNS:client", "20401231235959Z"),
    ):
        openssl(
            folder, "req", *new_key, "-keyout", name + ".key", "-out", name + ".csr",
            "-subj", "/CN=" + name,
        )  # fmt: skip
        with open(os.path.join(folder, "ca.cnf"), "w", encoding="utf-8") as file:
            file.write(
                "[ca]\ndefault_ca=x\n[x]\ndatabase=%s\nserial=%s\nnew_certs_dir=.\n"
                "default_md=sha256\npolicy=p\nunique_subject=no\nx509_extensions=e\n"
                "rand_serial=yes\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=%s\n"
                % ("index-" + name, "serial-" + name, names)
            )
        open(os.path.join(folder, "index-" + name), "w").close()
        openssl(
            folder, "ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key",
            "-in", name + ".csr", "-out", name + ".pem", "-startdate", "20200101000000Z",
            "-enddate", end, "-notext",
        )  # fmt: skip


def wait_for_port(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("nobody listens on %d" % port)


class Network(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = tempfile.mkdtemp(prefix="qm-keys-")
        cls.addClassCleanup(shutil.rmtree, cls.keys)
        make_certificates(cls.keys)

    def key(self, name):
        return os.path.join(self.keys, name)

    def serve(self, certificate="server"):
        self.start(
            world([execution(2720260, [run(1)])]),
            "--tls-cert",
            self.key(certificate + ".pem"),
            "--tls-key",
            self.key(certificate + ".key"),
        )
        return int(self.simulator.url.rsplit(":", 1)[1])

    def start(self, description, *arguments):
        simulator = super().start(description, *arguments)
        # Looking inside does not go through TLS in the harness: what came of it tells the summary.
        self.tls = bool(arguments)
        return simulator

    def stop(self):
        if self.simulator and self.tls:
            simulator, self.simulator = self.simulator, None
            self.assertEqual(simulator.stop(), 0)
            return
        super().stop()

    def attempt(self, *arguments, code, env=None, **more):
        return self.upload(
            "--state",
            "memory",
            *arguments,
            self.write("TEST-a.xml", REPORT),
            code=code,
            env=env,
            **more,
        )


class Certificates(Network):
    def test_a_private_ca_is_added_to_the_systems(self):
        port = self.serve()
        done = self.attempt(code=10)
        self.assertIn("--cacert", done.err)
        self.assertEqual(
            self.attempt("--cacert", self.key("ca.pem"), code=0).json["updates"]["accepted"], 1
        )
        self.attempt(code=0, env={"SSL_CERT_FILE": self.key("ca.pem")})
        self.attempt(code=0, env={"CURL_CA_BUNDLE": self.key("ca.pem")})
        self.attempt("--cacert", self.key("other.pem"), code=10)
        self.attempt("--url", "https://localhost:%d" % port, "--cacert", self.key("ca.pem"), code=0)

    def test_another_name_is_refused(self):
        self.serve("other")
        self.attempt("--cacert", self.key("ca.pem"), code=10)

    def test_a_certificate_that_is_over_is_refused(self):
        self.serve("late")
        done = self.attempt("--cacert", self.key("ca.pem"), code=10)
        self.assertIn("expired", done.err)

    def test_files_that_are_none(self):
        self.serve()
        self.attempt("--cacert", "missing.pem", code=2)
        self.attempt("--cacert", self.write("empty.pem", ""), code=2)
        self.attempt("--client-key", self.key("client.key"), code=2)
        self.attempt("--client-cert", "missing.pem", code=2)


class ClientCertificates(Network):
    """openssl s_server wants a certificate of the client, and says whose it got."""

    def serve_one(self):
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "server.pem",
             "-key", "server.key", "-CAfile", "ca.pem", "-Verify", "2", "-verify_return_error",
             "-HTTP", "-naccept", "40"],
            cwd=self.keys, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait, 10)
        self.addCleanup(server.kill)
        for line in server.stdout:
            if line.startswith("ACCEPT"):
                return server, "https://127.0.0.1:" + line.rsplit(":", 1)[1].strip()
        raise RuntimeError("s_server did not start")

    def test_it_is_shown_and_its_key_may_have_a_password(self):
        openssl(
            self.keys, "pkey", "-aes256", "-passout", "pass:k3y-p4ss", "-in", "client.key",
            "-out", "locked.key",
        )  # fmt: skip
        server, url = self.serve_one()
        arguments = ["--url", url, "--cacert", self.key("ca.pem"), "--retries", "0"]
        client = ["--client-cert", self.key("client.pem"), "--client-key"]
        done = self.attempt(*arguments, code=10)
        self.assertRegex(done.err, "certificate required|alert|SSL|TLS|connection")
        # The server has no such file: an answer, all the same, that it gives to no stranger.
        done = self.attempt(*arguments, *client, self.key("client.key"), "-v", code=10)
        self.assertIn("Error opening", done.err + done.out)
        password = {"QMETRY_CLIENT_KEY_PASSWORD": "k3y-p4ss"}
        done = self.attempt(
            *arguments, *client, self.key("locked.key"), "-v", code=10, env=password
        )
        self.assertIn("Error opening", done.err + done.out)
        self.assertNotIn("k3y-p4ss", done.err + done.out)
        password = {"QMETRY_CLIENT_KEY_PASSWORD": "wrong-one"}
        done = self.attempt(*arguments, *client, self.key("locked.key"), code=10, env=password)
        self.assertIn("QMETRY_CLIENT_KEY_PASSWORD", done.err)


@unittest.skipUnless(shutil.which("tinyproxy"), "tinyproxy is not installed")
class Proxies(Network):
    """https://0.0.0.0 is this machine and is not called so: proxies are asked."""

    def start_proxy(self, *lines):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        path = self.write(
            "tinyproxy.conf",
            "\n".join(
                ["Port %d" % port, "Listen 127.0.0.1", "Timeout 20", "Allow 127.0.0.1", *lines]
            )
            + "\n",
        )
        log = open(os.path.join(self.folder, "tinyproxy.log"), "w", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen(["tinyproxy", "-d", "-c", path], stdout=log, stderr=log)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.kill)
        wait_for_port(port)
        return port

    def through(self, *arguments, code, env=None):
        return self.attempt(
            "--url",
            self.far,
            "--cacert",
            self.key("ca.pem"),
            "--retries",
            "0",
            *arguments,
            code=code,
            env=env,
        )

    def connects(self):
        with open(os.path.join(self.folder, "tinyproxy.log"), encoding="utf-8") as file:
            return file.read().count("CONNECT 0.0.0.0")

    def setUp(self):
        super().setUp()
        self.far = "https://0.0.0.0:%d" % self.serve()

    def test_the_variables_and_the_option(self):
        port = self.start_proxy()
        proxy = "http://127.0.0.1:%d" % port
        for arguments, env in (
            ((), {"HTTPS_PROXY": proxy}),
            ((), {"https_proxy": proxy}),
            ((), {"ALL_PROXY": proxy}),
            (("--proxy", proxy), {}),
            ((), {"QMETRY_PROXY": proxy}),
            (("--proxy", proxy), {"HTTPS_PROXY": "http://127.0.0.1:1"}),
        ):
            before = self.connects()
            self.through(*arguments, code=0, env=env)
            self.assertGreater(self.connects(), before, (arguments, env))
        before = self.connects()
        self.through(code=0, env={"HTTPS_PROXY": proxy, "NO_PROXY": "example.com,0.0.0.0"})
        self.assertEqual(self.connects(), before)
        # This machine is never asked for through the environment's proxy.
        self.attempt(
            "--cacert", self.key("ca.pem"), code=0, env={"HTTPS_PROXY": "http://127.0.0.1:1"}
        )

    def test_a_login_comes_from_the_environment_and_is_hidden(self):
        port = self.start_proxy("BasicAuth %s %s" % (USER, PASSWORD))
        login = "http://%s:%s@127.0.0.1:%d" % (USER, PASSWORD, port)
        encoded = base64.b64encode(("%s:%s" % (USER, PASSWORD)).encode()).decode()
        for name in ("HTTPS_PROXY", "QMETRY_PROXY"):
            done = self.through("-v", code=0, env={name: login})
            self.assertIn("CONNECT", done.err)
            for secret in (PASSWORD, encoded, KEY):
                self.assertNotIn(secret, done.out + done.err)
        done = self.through(code=10, env={"HTTPS_PROXY": "http://127.0.0.1:%d" % port})
        self.assertIn("407", done.err)
        self.assertIn("HTTPS_PROXY", done.err)
        wrong = "http://%s:wrong-one@127.0.0.1:%d" % (USER, port)
        done = self.through(code=10, env={"HTTPS_PROXY": wrong})
        self.assertNotIn("wrong-one", done.out + done.err)
        done = self.through("--proxy", login, code=2)
        self.assertNotIn(PASSWORD, done.out + done.err)

    def test_plain_http_to_this_machine_does_not_go_through_another_one(self):
        for proxy in ("http://192.0.2.1:3128", "192.0.2.1:3128", "http://localhost@192.0.2.1:1"):
            for arguments, env in ((["--proxy", proxy], {}), ([], {"QMETRY_PROXY": proxy})):
                if "@" in proxy and arguments:
                    continue
                done = self.attempt("--url", "http://localhost:1", *arguments, code=2, env=env)
                self.assertIn("--proxy or QMETRY_PROXY", done.err)
                self.assertIn("--allow-http", done.err)

    def test_a_proxy_that_refuses_or_is_not_there(self):
        port = self.start_proxy("ConnectPort 443")
        done = self.through(code=10, env={"HTTPS_PROXY": "http://127.0.0.1:%d" % port})
        self.assertIn("403", done.err)
        done = self.through("--outage", "0", code=10, env={"HTTPS_PROXY": "http://127.0.0.1:1"})
        self.assertIn("127.0.0.1", done.err)


if __name__ == "__main__":
    unittest.main()
