"""The checker finds what is planted, each fault in the file where somebody would make it, and says where it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.infra.bicep.check import check
from tests.infra.bicep.published import ABSENT, FILE, Published

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"

# What is planted; the file; what stands there; what is put there; what must be said.
OF_TYPES = [
    ("a misspelt property", "modules/storage.bicep", "allowBlobPublicAccess:", "allowBlobPublicAcess:",
     "'allowBlobPublicAcess' is no property here, did you mean 'allowBlobPublicAccess'"),
    ("a property in the wrong place", "modules/storage.bicep", "  kind: 'StorageV2'",
     "  kind: 'StorageV2'\n  minimumTlsVersion: 'TLS1_2'", "'minimumTlsVersion' is no property here"),
    ("a misspelt property deep inside", "modules/functionapp.bicep", "perInstanceConcurrency:",
     "perInstanceConcurency:", "'perInstanceConcurency' is no property here"),
    ("a text where a truth is wanted", "modules/storage.bicep", "isLocalUserEnabled: false",
     "isLocalUserEnabled: 'false'", "'isLocalUserEnabled' is String, wanted is Boolean"),
    ("a number where a text is wanted", "modules/functionapp.bicep", "name: 'python', version: pythonVersion",
     "name: 'python', version: instanceMemoryMB", "'version' is Integer, wanted is String"),
    ("a text where a number is wanted, by way of a param", "modules/functionapp.bicep",
     "instanceMemoryMB: instanceMemoryMB", "instanceMemoryMB: pythonVersion",
     "'instanceMemoryMB' is String, wanted is Integer"),
    ("an object where a list is wanted", "modules/networking.bicep", "addressPrefixes: [addressRange]",
     "addressPrefixes: { first: addressRange }", "'addressPrefixes' is Object, wanted is Array"),
    ("an unknown word of a closed list", "modules/servicebus.bicep", "name: 'Standard', tier", "name: 'Standart', tier",
     "'name' is 'Standart', known are Basic, Standard, Premium"),
    ("an unknown word of an open list", "modules/servicebus.bicep", "minimumTlsVersion: '1.2'",
     "minimumTlsVersion: '1.9'", "'minimumTlsVersion' is '1.9', known are 1.0, 1.1, 1.2"),
    ("a wrong word in one branch of a choice", "modules/storage.bicep", "isPrivate ? 'Deny' : 'Allow'",
     "isPrivate ? 'Denied' : 'Allow'", "'defaultAction' is 'Denied', known are Allow, Deny"),
    ("a missing property", "modules/monitoring.bicep", "    Application_Type: 'web'\n", "",
     "'Application_Type' is missing"),
    ("a missing property in a loop", "modules/monitoring.bicep", "        emailAddress: mail\n", "",
     "'emailAddress' is missing"),
    ("a text that is too long", "modules/monitoring.bicep", "groupShortName: 'lockstep'",
     "groupShortName: 'lockstep of everybody'", "too short or too long"),
    ("a read-only property", "modules/servicebus.bicep", "    disableLocalAuth: true",
     "    status: 'Active'\n    disableLocalAuth: true", "'status' is read-only"),
    ("an API version that does not exist", "modules/identity.bicep", "@2024-11-30", "@2024-11-31",
     "there is no Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-31; known are 2024-11-30"),
    ("a resource type that does not exist", "modules/identity.bicep", "/userAssignedIdentities@",
     "/userAssignedIdentity@", "nothing is published about it"),
    ("a property read that a resource does not have", "modules/identity.bicep", "identity.properties.clientId",
     "identity.properties.clientID", "'clientID' is no property of what is read here"),
    ("a config of an unknown name", "modules/functionapp.bicep", "name: 'appsettings'", "name: 'appsetting'",
     "'name' must be one of appsettings"),
]  # fmt: skip
OF_NAMES = [
    ("a name that is not declared", "modules/storage.bicep", "location: location", "location: place",
     "'place' is not declared"),
    ("a name that is not declared inside a text", "main.bicep", "'id-${suffix}'", "'id-${sufix}'",
     "'sufix' is not declared"),
    ("a param that nobody uses", "modules/identity.bicep", "param location string",
     "param location string\nparam colour string", "param 'colour' is never used"),
    ("a variable that nobody uses", "modules/storage.bicep", "var packages = 'packages'",
     "var packages = 'packages'\nvar old = 'x'", "var 'old' is never used"),
    ("a function that does not exist", "main.bicep", "uniqueString(", "uniqString(",
     "there is no function 'uniqString'"),
    ("a type that does not exist", "modules/access.bicep", "param grants grant[]", "param grants right[]",
     "there is no type 'right'"),
    ("a decorator that does not exist", "modules/identity.bicep", "@description('Name", "@explanation('Name",
     "this is no decorator"),
    ("a param that a module does not have", "main.bicep", "publicUrl: publicUrl", "publicURL: publicUrl",
     "module 'functionApp' has no param 'publicURL', did you mean 'publicUrl'"),
    ("a param that a module is not given", "main.bicep", "    queueName: queueName\n    componentName",
     "    componentName", "module 'access' is not given its param 'queueName'"),
    ("a param of the wrong kind", "main.bicep", "isPrivate: privateNetworking\n    keep",
     "isPrivate: addressRange\n    keep", "'isPrivate' is String, wanted is Boolean"),
    ("an output that a module does not have", "main.bicep", "identity.outputs.clientId",
     "identity.outputs.applicationId", "module 'identity' has no output 'applicationId'"),
    ("an output of the wrong kind", "main.bicep", "output LOCKSTEP_URL string = functionApp.outputs.url",
     "output LOCKSTEP_URL string = zoneRedundant", "'LOCKSTEP_URL' is Boolean, wanted is String"),
    ("a module file that does not exist", "main.bicep", "'modules/identity.bicep'", "'modules/identities.bicep'",
     "there is no file 'modules/identities.bicep'"),
    ("a module without a scope in a file for a subscription", "main.bicep",
     "module identity 'modules/identity.bicep' = {\n  scope: group", "module identity 'modules/identity.bicep' = {",
     "module 'identity' needs a scope of the kind resourceGroup"),
    ("a default that is not allowed to be", "main.bicep", "param zoneRedundant bool = false",
     "param zoneRedundant bool = 'no'", "'zoneRedundant' is String, wanted is Boolean"),
    ("a parameter file that leaves out what is needed", "main.bicepparam", "param dailyCapGb = 1\n", "",
     "infra/main.bicep is not given its param 'dailyCapGb'"),
    ("a parameter file that gives what is not there", "main.bicepparam", "param dailyCapGb = 1",
     "param dailyCapGB = 1", "infra/main.bicep has no param 'dailyCapGB'"),
    ("a parameter file that gives another kind", "main.bicepparam", "param keepDeletedDays = 7",
     "param keepDeletedDays = '7'", "'keepDeletedDays' is String, wanted is Integer"),
    ("a role id with two figures exchanged", "modules/access.bicep", "b7e6dc6d-f1e8", "b7e6dc6d-f18e",
     "role 'Storage Blob Data Owner': its id is b7e6dc6d-f1e8"),
    ("a role id of another role", "modules/access.bicep", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
     "974c5e8b-45b9-4653-ba55-5f855dd0fb88", "role 'Storage Table Data Contributor': its id is 0a9a7e1f"),
    ("a role that no list knows", "modules/access.bicep", "  'Monitoring Metrics Publisher': '", "  'Publisher': '",
     "no built-in role that this checker knows is called so"),
    ("a bracket that is not closed", "modules/identity.bicep", "  tags: tags\n}", "  tags: tags\n", "cannot be read"),
]  # fmt: skip


def _planted(file: str, before: str, after: str) -> str:
    source = (INFRA / file).read_text("utf-8")
    assert before in source, "what the fault is planted into no longer stands there"
    return source.replace(before, after, 1)


def _assert_found(file: str, before: str, after: str, words: str, published: Published | None) -> None:
    found = check(INFRA / file, ROOT, published, _planted(file, before, after))
    said = [each for each in found if words in each.words]
    assert said, f"only this was said: {[str(each) for each in found]}"
    assert all(each.line >= 1 and re.fullmatch(r"infra/[\w./-]+", each.file) for each in said)


@pytest.mark.skipif(not FILE.is_file(), reason=ABSENT)
@pytest.mark.parametrize(("file", "before", "after", "words"), [pytest.param(*row, id=name) for name, *row in OF_TYPES])
def test_against_published_types_it_finds(file: str, before: str, after: str, words: str) -> None:
    _assert_found(file, before, after, words, Published.load())


@pytest.mark.parametrize(("file", "before", "after", "words"), [pytest.param(*row, id=name) for name, *row in OF_NAMES])
def test_without_types_it_finds(file: str, before: str, after: str, words: str) -> None:
    _assert_found(file, before, after, words, None)
