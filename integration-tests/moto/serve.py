"""Serves moto, with five of its answers changed to those of AWS.

Unchanged, moto loses the tags of a new bucket, so the bucket has no owner. The
SDK for Rust cannot read the root element of moto's answer to
GetBucketVersioning, nor moto's description of a stream whose destination was
updated in part. Moto fails with an internal error when a key is scheduled for
deletion by its ARN. And a bucket policy that denies requests without TLS keeps
every object in the bucket.

In the container this file is the main program; elsewhere launch.py imports it.
"""

import socket
from pathlib import Path

import xmltodict
from moto.firehose.models import FirehoseBackend, create_s3_destination_config
from moto.iam.access_control import PermissionResult
from moto.kms.models import KmsBackend
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from werkzeug.serving import make_server

HEALTH = "/moto-api/"


def name_the_versioning_as_aws_does() -> None:
    """API Reference of S3, "GetBucketVersioning": the root is VersioningConfiguration."""
    answer_of_moto = S3Response.get_bucket_versioning

    def answer(self):
        status, headers, body = answer_of_moto(self)
        return status, headers, body.replace("GetBucketVersioningResponse", "VersioningConfiguration")

    S3Response.get_bucket_versioning = answer


def keep_the_tags_of_a_new_bucket() -> None:
    """API Reference of S3, "CreateBucketConfiguration": the tags to apply to the bucket."""
    put_of_moto = S3Response._bucket_response_put

    def put(self, request, bucket_name, querystring):
        answer = put_of_moto(self, request, bucket_name, querystring)
        if self.body and not querystring:
            wanted = xmltodict.parse(self.body, force_list={"Tag"})["CreateBucketConfiguration"]
            tags = (wanted.get("Tags") or {}).get("Tag", [])
            self.backend.put_bucket_tagging(bucket_name, {it["Key"]: it["Value"] or "" for it in tags})
        return answer

    S3Response._bucket_response_put = put


def describe_the_merged_destination_twice() -> None:
    """API Reference of Firehose, "DestinationDescription": S3 beside extended S3.

    Both have the same content. Moto merges an update into the extended one alone.
    """
    update_of_moto = FirehoseBackend.update_destination

    def update(self, delivery_stream_name, *arguments, **named):
        update_of_moto(self, delivery_stream_name, *arguments, **named)
        for destination in self.delivery_streams[delivery_stream_name].destinations:
            if "ExtendedS3" in destination:
                destination["S3"] = create_s3_destination_config(destination["ExtendedS3"])

    FirehoseBackend.update_destination = update


def delete_keys_by_arn() -> None:
    """API Reference of KMS, "ScheduleKeyDeletion": the key's id or its ARN."""
    schedule_of_moto = KmsBackend.schedule_key_deletion

    def schedule(self, key_id, pending_window_in_days):
        return schedule_of_moto(self, self.any_id_to_key_id(key_id), pending_window_in_days)

    KmsBackend.schedule_key_deletion = schedule


def delete_objects_in_spite_of_the_bucket_policy() -> None:
    """IAM User Guide, "Condition": a statement applies if its conditions are met.

    Moto evaluates no condition, and applies the denial to every request.
    """
    FakeBucket.get_permission = lambda _bucket, _action, _resource: PermissionResult.NEUTRAL


def serve(listener: socket.socket, _folder: Path | None) -> None:
    """Serves moto on `listener` until the process ends."""
    name_the_versioning_as_aws_does()
    keep_the_tags_of_a_new_bucket()
    describe_the_merged_destination_twice()
    delete_keys_by_arn()
    delete_objects_in_spite_of_the_bucket_policy()
    host, port = listener.getsockname()
    server = make_server(
        host,
        port,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=MotoRequestHandler,
        fd=listener.fileno(),
    )
    server.serve_forever()


if __name__ == "__main__":
    serve(socket.create_server(("0.0.0.0", 5000)), None)
