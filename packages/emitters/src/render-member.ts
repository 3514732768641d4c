import type { MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { renderDatabaseMember } from './database-member.js';
import { renderEtcdMember } from './etcd.js';
import { renderProxyMember } from './proxy-member.js';
import type { RenderedMember, RenderInput } from './rendering.js';

/**
 * What a runtime needs to run one member: command, environment, files with their modes, ports. The same input gives the
 * same text, so a difference means that something was changed.
 *
 * @throws CodedError `MEMBER_NOT_PLACED` where the site lacks this member or one it refers to; `MEMBER_KIND_UNSUPPORTED`
 * for poolers and sentinels, which are not rendered here.
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
    default:
      throw new CodedError('MEMBER_KIND_UNSUPPORTED', `There is no configuration for a ${member.kind}`, {
        member: member.name,
        fix: 'Render coordinators, workers, etcd members and proxies only.',
      });
  }
}
