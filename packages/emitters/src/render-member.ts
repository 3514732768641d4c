import type { MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { renderDatabaseMember } from './database-member.js';
import { renderEtcdMember } from './etcd.js';
import { renderProxyMember } from './proxy-member.js';
import type { RenderedMember, RenderInput } from './rendering.js';
import { renderSentinelMember } from './sentinel-member.js';

/**
 * What a runtime needs to run one member: command, environment, files with their modes, ports. The same input gives the
 * same text, so a difference means that something was changed.
 *
 * @throws CodedError `MEMBER_NOT_PLACED` where the site lacks this member or one it refers to; `MEMBER_KIND_UNSUPPORTED`
 * for poolers, which are not rendered here, and for a sentinel where none can run.
 */
export function renderMember(input: RenderInput, member: MemberSpec): RenderedMember {
  switch (member.kind) {
    case 'coordinator':
    case 'worker':
      return renderDatabaseMember(input, member);
    case 'etcd':
      return renderEtcdMember(input, member);
    case 'proxy':
      return renderProxyMember(input, member);
    case 'sentinel':
      return renderSentinelMember(input, member);
    default:
      throw new CodedError('MEMBER_KIND_UNSUPPORTED', 'There is no configuration for a pooler', {
        member: member.name,
        fix: 'Set pooler.count: 0.',
      });
  }
}
