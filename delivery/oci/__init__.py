"""An image as an OCI layout, read and checked: `layout.Layout` opens it, all else is values.

A layout is a folder, or the tar that `type=oci,dest=` or `docker save` writes. Its bytes are not trusted:
every blob is checked against its digest, every size against a limit, and nothing is unpacked onto a disk.
"""
