"""moto's server, and before it the one question of gwctl's that moto does not know.

moto 5.2.5 answers TestDNSAnswer with a web page that says 404. Two replies in a row that nobody can make
sense of are to gwctl a control plane that does not stand, and it sends no stack with records in it there.

usage: serve.py moto_in_front ARGUMENT...     the arguments are moto.server's
"""

import moto.server
from werkzeug.serving import run_simple

NOTHING = b"""<?xml version="1.0"?>
<TestDNSAnswerResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">
<Nameserver>ns-2048.awsdns-64.com</Nameserver><RecordName>none</RecordName><RecordType>CNAME</RecordType>
<RecordData/><ResponseCode>NOERROR</ResponseCode><Protocol>UDP</Protocol>
</TestDNSAnswerResponse>"""


def serve(host, port, application, **options):
    def front(request, respond):
        if request["PATH_INFO"] != "/2013-04-01/testdnsanswer":
            return application(request, respond)
        respond("200 OK", [("Content-Type", "text/xml")])
        return [NOTHING]

    run_simple(host, port, front, **options)


def main():
    moto.server.run_simple = serve
    moto.server.main()
